import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HubSource, type HubReference } from "../../../src/backbone/sources/hub-source.js";
import type { SourceProgress } from "../../../src/backbone/sources/source.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { bytes, sha256, type FileServer } from "./file-server.js";
import { commit, onnxRepository, startHub, type HubOptions } from "./hub-server.js";

let folder: string;
let hub: FileServer;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ptune-hub-"));
});
afterEach(async () => {
  await hub?.close();
  await rm(folder, { recursive: true, force: true });
});

const start = async (options: HubOptions): Promise<void> => {
  hub = await startHub(options);
};
const source = (reference: Partial<HubReference> = {}, environment: NodeJS.ProcessEnv = {}): HubSource =>
  new HubSource({ hub: "owner/tiny", ...reference }, { cache: path.join(folder, "cache"), environment: { HF_ENDPOINT: `${hub.url}/`, HF_HOME: path.join(folder, "home"), ...environment }, pause: 5 });
const failure = async (work: Promise<unknown>): Promise<PromptTuningError> => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(PromptTuningError);
  return error as PromptTuningError;
};
const names = (files: readonly { path: string }[], root: string): string[] => files.map((file) => path.relative(root, file.path).split(path.sep).join("/"));

describe("the hub source", () => {
  it("fetches the unquantised export with its external data and tokenizer, and nothing else", async () => {
    const { files, large } = onnxRepository();
    await start({ files, large });
    const seen: SourceProgress[] = [];
    const found = await source().fetch({ onProgress: (progress) => seen.push(progress) });
    expect(names(found.files, found.folder)).toEqual(["onnx/model.onnx", "config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx_data"]);
    for (const file of found.files) expect(sha256(await readFile(file.path))).toBe(sha256(files[names([file], found.folder)[0] as keyof typeof files]));
    expect(found).toMatchObject({ format: "onnx", hubId: "owner/tiny", revision: commit, sha256: sha256(files["onnx/model.onnx"]) });
    expect(seen.some(({ phase, file, total }) => phase === "downloading" && file === "model.onnx_data" && total === 900_000)).toBe(true);
  });

  it("fetches another file, branch and commit when told", async () => {
    await start(onnxRepository());
    const found = await source({ file: "onnx/model_q4.onnx", revision: "v1/stable" }).fetch();
    expect(names(found.files, found.folder)).toContain("onnx/model_q4.onnx_data");
    expect(names(found.files, found.folder)).not.toContain("onnx/model.onnx_data");
    const before = hub.requests.length;
    await source({ file: "onnx/model_q4.onnx", revision: commit }).fetch();
    // Same commit: the files are there, only the list is asked for.
    expect(hub.requests.slice(before).every(({ path: asked }) => asked.startsWith("/api/"))).toBe(true);
    const after = hub.requests.length;
    await source({ file: "onnx/model_q4.onnx", revision: commit }).fetch();
    expect(hub.requests).toHaveLength(after);
  });

  it("fetches all parts of a split GGUF file, and names a missing one before it fetches any", async () => {
    const files = Object.fromEntries([1, 2, 3].map((part) => [`q8/big-0000${part}-of-00003.gguf`, bytes(1000, part)]));
    await start({ files: { ...files, "config.json": Buffer.from("{}") } });
    const found = await source().fetch();
    expect(names(found.files, found.folder)).toEqual(Object.keys(files));
    expect(names((await source({ file: "q8/big-00002-of-00003.gguf" }).fetch()).files, found.folder)).toEqual(Object.keys(files));
    await hub.close();
    await start({ files: { "big-00001-of-00003.gguf": bytes(10, 1), "big-00003-of-00003.gguf": bytes(10, 3) } });
    const error = await failure(new HubSource({ hub: "owner/tiny" }, { cache: path.join(folder, "other"), environment: { HF_ENDPOINT: `${hub.url}/`, HF_HOME: path.join(folder, "home") }, pause: 5 }).fetch());
    expect(error.describe()).toMatch(/lacks big-00002-of-00003\.gguf/);
    expect(hub.requests.every(({ path: asked }) => asked.startsWith("/api/"))).toBe(true);
  });

  it("goes on after cut connections", async () => {
    const model = bytes(1_000_000, 9);
    await start({ files: { "tiny.gguf": model }, large: ["tiny.gguf"], cuts: { after: 300_000, times: 2 } });
    const found = await source().fetch();
    expect(sha256(await readFile(found.modelFile))).toBe(sha256(model));
    expect(hub.requests.filter(({ range }) => /^bytes=[1-9]/.test(range ?? "")).length).toBeGreaterThan(0);
  });

  it("sends the token to the hub only", async () => {
    await start({ files: { "tiny.gguf": bytes(5000) }, large: ["tiny.gguf"], token: "hf_secret" });
    await source({}, { HF_TOKEN: "hf_secret" }).fetch();
    expect(hub.requests.some(({ authorization }) => authorization === "Bearer hf_secret")).toBe(true);
    expect(hub.requests.filter(({ path: asked }) => asked.startsWith("/cdn/")).every(({ authorization }) => authorization === undefined)).toBe(true);
    await rm(path.join(folder, "cache"), { recursive: true });
    await mkdir(path.join(folder, "home"));
    await writeFile(path.join(folder, "home", "token"), "hf_secret\n");
    await source().fetch();
    await rm(path.join(folder, "home"), { recursive: true });
    await rm(path.join(folder, "cache"), { recursive: true });
    expect((await failure(source().fetch())).describe()).toMatch(/permission.*HF_TOKEN/);
    expect((await failure(source({}, { HF_TOKEN: "secret" }).fetch())).describe()).not.toContain("secret");
  });

  it("uses the copy from before when the hub cannot be reached, saying so", async () => {
    await start(onnxRepository());
    const first = await source().fetch();
    await hub.close();
    const notices: string[] = [];
    expect(await source().fetch({ onNotice: (text) => notices.push(text) })).toEqual(first);
    expect(notices.join()).toContain("cannot be reached");
    expect(await source({}, { HF_HUB_OFFLINE: "1" }).fetch()).toEqual(first);
    await rm(first.modelFile);
    expect((await failure(source().fetch())).kind).toBe("network");
    expect((await failure(source({}, { HF_HUB_OFFLINE: "1" }).fetch())).describe()).toContain("HF_HUB_OFFLINE");
  });

  it("takes a file from the hub clients' shared cache after checking it", async () => {
    const model = bytes(70_000, 2);
    await start({ files: { "tiny.gguf": model }, large: ["tiny.gguf"] });
    const shared = path.join(folder, "home", "hub", "models--owner--tiny", "snapshots", commit);
    await mkdir(shared, { recursive: true });
    await writeFile(path.join(shared, "tiny.gguf"), model);
    await source().fetch();
    expect(hub.requests.filter(({ path: asked }) => !asked.startsWith("/api/"))).toEqual([]);
    await rm(path.join(folder, "cache"), { recursive: true });
    await writeFile(path.join(shared, "tiny.gguf"), bytes(70_000, 3));
    const found = await source().fetch();
    expect(sha256(await readFile(found.modelFile))).toBe(sha256(model));
  });

  it("refuses altered bytes, of large and of small files", async () => {
    const { files, large } = onnxRepository();
    for (const altered of ["onnx/model.onnx", "config.json"]) {
      const served = { ...files, [altered]: Buffer.from(files[altered as keyof typeof files]) };
      const listed = Object.entries(files).map(([name, content]) => ({ type: "file", path: name, size: content.length, oid: sha1Blob(content), ...(large.includes(name) ? { lfs: { oid: sha256(content), size: content.length, pointerSize: 100 } } : {}) }));
      served[altered][0] ^= 1;
      await start({ files: served, large, tree: listed });
      const error = await failure(source().fetch());
      expect(error.kind).toBe("integrity");
      await hub.close();
      await rm(path.join(folder, "cache"), { recursive: true, force: true });
    }
  });

  it.each([
    [{ hub: "owner/absent" }, /no model owner\/absent/],
    [{ revision: "absent" }, /no model owner\/tiny \(absent\)/],
    [{ file: "onnx/absent.onnx" }, /holds no file onnx\/absent.onnx.*onnx\/model.onnx/],
    [{ file: "config.json" }, /not a model/],
  ])("says what is missing: %o", async (reference, text) => {
    await start(onnxRepository());
    expect((await failure(source(reference).fetch())).describe()).toMatch(text);
  });

  it("lists the models when there are several", async () => {
    await start({ files: { "a.gguf": bytes(10), "b.gguf": bytes(20_000_000, 3) } });
    expect((await failure(source().fetch())).describe()).toMatch(/2 models.*a\.gguf.*b\.gguf \(20 MB\).*"file"/);
  });

  it("leaves out paths that leave their folder, and refuses such references", async () => {
    const evil = ["../evil.gguf", "/etc/evil.gguf", "a\\..\\evil.gguf", "C:evil.gguf", "a//evil.gguf", "./evil.gguf", "a/../../evil.gguf", "evil\0.gguf", ""];
    await start({ files: {}, tree: evil.map((name) => ({ type: "file", path: name, size: 10, oid: "0".repeat(40) })) });
    expect((await failure(source().fetch())).describe()).toContain("no model that can be read");
    for (const file of evil) expect(() => source({ file })).toThrow(PromptTuningError);
    for (const name of ["..", "../..", "owner/..", "owner/a/b", "/a", "owner/", "a b/c", "https://x/y"]) expect(() => source({ hub: name })).toThrow(PromptTuningError);
  });

  it.each([
    ["no JSON array", { error: 1 }],
    ["entries of the wrong kind", [1, null, "x"]],
    ["sizes that are text", [{ type: "file", path: "a.gguf", size: "many" }]],
  ])("answers %s with a sentence", async (_, tree) => {
    await start({ files: {}, tree });
    expect((await failure(source().fetch())).kind).toMatch(/network|model/);
  });
});

function sha1Blob(content: Buffer): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}
