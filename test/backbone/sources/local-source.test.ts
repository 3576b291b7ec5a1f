import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheFolder } from "../../../src/backbone/sources/cache-folder.js";
import { listCatalogue } from "../../../src/backbone/sources/catalogue.js";
import { listDownloaded, removeDownloaded } from "../../../src/backbone/sources/downloaded.js";
import { withFileLock } from "../../../src/backbone/sources/file-lock.js";
import { resolveModelSource } from "../../../src/backbone/sources/resolve.js";
import { PromptTuningError } from "../../../src/common/errors.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ptune-local-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), "content");
  }
}
const failure = async (work: () => Promise<unknown>): Promise<string> => {
  const error = await work().then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(PromptTuningError);
  return (error as PromptTuningError).describe();
};

describe("the local source", () => {
  it("takes a file, relative to the experiment", async () => {
    await put("models/My Model.Q4_1.gguf");
    const found = await resolveModelSource({ path: "models/My Model.Q4_1.gguf" }, folder).fetch();
    expect(found).toMatchObject({ name: "My Model.Q4_1", format: "gguf", folder: path.join(folder, "models"), files: [{ size: 7 }] });
  });

  it("takes an ONNX file with what belongs to it", async () => {
    await put("tokenizer.json", "config.json", "other.txt", "onnx/model.onnx", "onnx/model.onnx_data", "onnx/model_q4.onnx");
    const found = await resolveModelSource({ path: "." }, folder).fetch();
    expect(found.modelFile).toBe(path.join(folder, "onnx", "model.onnx"));
    expect(found.files.map((file) => path.relative(folder, file.path)).sort()).toEqual(["config.json", path.join("onnx", "model.onnx"), path.join("onnx", "model.onnx_data"), "tokenizer.json"]);
  });

  it("takes all parts of a split GGUF file, whichever is named", async () => {
    const parts = ["big-00001-of-00003.gguf", "big-00002-of-00003.gguf", "big-00003-of-00003.gguf"];
    await put(...parts, "bigger-00001-of-00003.txt");
    for (const named of [".", parts[0], parts[2]]) {
      const found = await resolveModelSource({ path: named }, folder).fetch();
      expect(found.name).toBe("big");
      expect(found.files.map((file) => path.basename(file.path)).sort()).toEqual(parts);
    }
  });

  it.each([
    [[], /no model that can be read.*it is empty/],
    [["a.txt", "b.safetensors"], /it holds a\.txt, b\.safetensors/],
    [["a.gguf", "b.gguf"], /2 models.*a\.gguf/],
    [["a.gguf", "model.onnx"], /2 models/],
    [["big-00001-of-00002.gguf", "big-00002-of-00002.gguf", "big-00001-of-00003.gguf"], /2 models.*big-00001-of-00002\.gguf.*big-00001-of-00003\.gguf/],
  ])("says which folder cannot be used: %o", async (files, text) => {
    await put(...files);
    expect(await failure(() => resolveModelSource({ path: folder }, "/").fetch())).toMatch(text);
  });

  it("says what is wrong with a file", async () => {
    await put("a.bin");
    await writeFile(path.join(folder, "empty.gguf"), "");
    expect(await failure(() => resolveModelSource({ path: "absent.gguf" }, folder).fetch())).toContain("no such file");
    expect(await failure(() => resolveModelSource({ path: "a.bin/x.gguf" }, folder).fetch())).toContain("no such file");
    expect(await failure(() => resolveModelSource({ path: "a.bin" }, folder).fetch())).toContain(".gguf and .onnx");
    expect(await failure(() => resolveModelSource({ path: "empty.gguf" }, folder).fetch())).toContain("is empty");
  });
});

describe("the catalogue and the cache folder", () => {
  it("knows its names", async () => {
    expect(listCatalogue().map(({ name }) => name)).toContain("smollm2-135m-instruct");
    for (const { file, licence, hubId } of listCatalogue()) expect([file.sha256.length, licence !== "", hubId.includes("/")]).toEqual([64, true, true]);
    expect(resolveModelSource("SmolLM2-135M-Instruct", folder).description).toContain("SmolLM2");
    expect(() => resolveModelSource("__proto__", folder)).toThrow(/no model named/);
  });

  it("follows PTUNE_CACHE, else the platform", () => {
    expect(cacheFolder({ PTUNE_CACHE: folder })).toBe(folder);
    expect(path.basename(path.dirname(cacheFolder({ PTUNE_CACHE: path.join(folder, "x") })))).toBe(path.basename(folder));
    expect(cacheFolder({})).toMatch(/prompt-tuning-lab/);
  });

  it("lists and removes what was downloaded, and nothing else", async () => {
    expect(await listDownloaded(folder)).toEqual([]);
    await put("models/catalogue/smollm2-135m-instruct/a.gguf", "models/catalogue/smollm2-135m-instruct/b.gguf.partial", "models/hub/owner--tiny/abc/model.onnx", "models/hub/owner--tiny/main.json", "samples/keep.jsonl");
    expect((await listDownloaded(folder)).map(({ name, size, unfinished }) => [name, size, unfinished])).toEqual([
      ["owner/tiny", 14, false],
      ["smollm2-135m-instruct", 14, true],
    ]);
    expect(await removeDownloaded("owner/tiny", folder)).toBe(14);
    for (const name of ["owner/tiny", "..", "../samples", "", "smollm2"]) expect(await failure(() => removeDownloaded(name, folder))).toMatch(/downloaded/i);
    expect((await listDownloaded(folder)).map(({ name }) => name)).toEqual(["smollm2-135m-instruct"]);
  });

  it("takes over the lock of a process that was killed", async () => {
    const lock = path.join(folder, "model.gguf.lock");
    await mkdir(lock);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    expect(await withFileLock(path.join(folder, "model.gguf"), { label: "model" }, async () => "mine")).toBe("mine");
    await mkdir(lock);
    const stop = new AbortController();
    let waited = 0;
    const work = withFileLock(path.join(folder, "model.gguf"), { label: "model", signal: stop.signal, onWaiting: () => void (waited++, stop.abort()) }, async () => "never");
    await expect(work).rejects.toMatchObject({ problem: "stopped" });
    expect(waited).toBe(1);
  });
});
