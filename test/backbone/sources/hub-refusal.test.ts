import { readFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HubSource } from "../../../src/backbone/sources/hub-source.js";
import { retryAfterSeconds } from "../../../src/backbone/sources/retry-after.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { bytes, type FileServer, sha256 } from "./file-server.js";
import { type HubOptions, startHub } from "./hub-server.js";

let folder: string;
let hub: FileServer;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ptune-hub-"));
});
afterEach(async () => {
  await hub.close();
  await rm(folder, { recursive: true, force: true });
});

const model = bytes(20_000, 7);
const start = async (options: Partial<HubOptions>): Promise<void> => {
  hub = await startHub({ files: { "tiny.gguf": model }, large: ["tiny.gguf"], ...options });
};
const source = (environment: NodeJS.ProcessEnv = {}, name = "owner/tiny"): HubSource =>
  new HubSource({ hub: name }, { cache: path.join(folder, "cache"), environment: { HF_ENDPOINT: hub.url, HF_HOME: path.join(folder, "home"), ...environment }, pause: 1 });
const failure = async (found: HubSource): Promise<PromptTuningError> => {
  const error: unknown = await found.fetch().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(PromptTuningError);
  return error as PromptTuningError;
};

describe("a hub that refuses", () => {
  it.each([
    ["gated, without a token", { status: 401, code: "GatedRepo" }, undefined, /accept its licence or terms.*without a token.*http:\/\/127\.0\.0\.1:\d+\/owner\/tiny.*HF_TOKEN/],
    ["gated, terms not accepted", { status: 403, code: "GatedRepo" }, "hf_x", /has not accepted them, or waits for the publisher's approval.*Accept them at http/],
    ["private or unknown, without a token", { status: 401, code: "RepoNotFound" }, undefined, /no model owner\/tiny that you may see.*for a private one set HF_TOKEN/],
    ["private or unknown, with a token", { status: 404, code: "RepoNotFound" }, "hf_x", /your token may not read it.*rights of HF_TOKEN/],
    ["an expired token", { status: 401, message: "Invalid credentials in Authorization header" }, "hf_x", /does not accept your token.*expired.*unset it for public models/],
    ["a fine-grained token", { status: 403, message: "Please enable access to public gated repositories" }, "hf_x", /may not read the model.*enable access to public gated.*fine-grained/],
    ["closed", { status: 403, code: "DisabledRepo", message: "Access is disabled" }, undefined, /closed by the hub.*Access is disabled/],
    ["for legal reasons", { status: 451 }, undefined, /closed by the hub.*HTTP 451/],
  ] as const)("%s: says what to do", async (_kind, refusal, token, text) => {
    await start({ refusal });
    const error = await failure(source(token ? { HF_TOKEN: token } : {}));
    expect(error.describe()).toMatch(text);
    expect(error.kind).toBe("network");
    expect(error.describe()).not.toContain("hf_x");
    expect(hub.requests).toHaveLength(1); // Asking again would not help.
  });

  it("waits as long as a busy hub asks, then goes on", async () => {
    await start({ busy: { times: 3, retryAfter: "0" } });
    expect(sha256(await readFile((await source().fetch()).modelFile))).toBe(sha256(model));
  });

  it("says how long, where that would be too long to wait", async () => {
    await start({ busy: { times: 1, retryAfter: "3000" } });
    expect((await failure(source())).describe()).toMatch(/too many requests.*Try again in 50 minutes.*HF_TOKEN/);
    expect(hub.requests).toHaveLength(1);
  });

  it("follows a repository that has moved, and tells its new name", async () => {
    await start({ movedFrom: "owner/old" });
    const notices: string[] = [];
    const found = await source({}, "owner/old").fetch({ onNotice: (text) => notices.push(text) });
    expect(sha256(await readFile(found.modelFile))).toBe(sha256(model));
    expect(notices.join()).toMatch(/owner\/old is called "owner\/tiny"/);
  });

  it("a wait that is under way can be stopped", async () => {
    await start({ busy: { times: 9, retryAfter: "50" } });
    const stop = new AbortController();
    const work = source().fetch({ signal: stop.signal }).catch((caught: unknown) => caught);
    setTimeout(() => stop.abort(), 100);
    expect(((await work) as PromptTuningError).kind).toBe("stopped");
  });
});

it.each([
  ["120", 120],
  ["0", 0],
  ["Thu, 01 Jan 2026 00:00:30 GMT", 30],
  ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
  ["soon", 0],
  ["", 0],
])("Retry-After %j is %i seconds", (text, seconds) => {
  expect(retryAfterSeconds(new Headers({ "retry-after": text }), Date.parse("2026-01-01T00:00:00Z"))).toBe(seconds);
});
