import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openBackbone } from "../../src/backbone/open-backbone.js";
import { resolveModelSource } from "../../src/backbone/sources/resolve.js";
import { PromptTuningError } from "../../src/common/errors.js";

const folder = mkdtempSync(path.join(tmpdir(), "ptune-giant-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** A hole behind the content takes no room on the disk, and no time unless someone reads it: at a GB a second, over an hour. */
const giant = 2 ** 42;

async function failure(place: string): Promise<PromptTuningError> {
  const error: unknown = await resolveModelSource({ path: place }, "/").fetch().then((files) => openBackbone(files, { cache: folder })).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(PromptTuningError);
  return error as PromptTuningError;
}

describe("model files that seem to be terabytes", () => {
  it("a whole GGUF file with a hole behind it is refused before it is hashed", async () => {
    const file = path.join(folder, "model.gguf");
    cpSync("test/parity/reference/families/llama/model.gguf", file);
    truncateSync(file, giant);
    expect((await failure(file)).describe()).toMatch(/bytes at its end belong to no tensor/);
  });

  it("an ONNX file beyond what protobuf can hold is refused before it is read", async () => {
    const file = path.join(folder, "model.onnx");
    cpSync("test/engine/exported/reference/torchscript/model.onnx", file);
    truncateSync(file, giant);
    expect((await failure(file)).describe()).toMatch(/an ONNX file has at most 2147483647/);
  });

  it("a file of safetensors with a hole behind it is refused", async () => {
    const place = path.join(folder, "folder");
    cpSync("test/parity/reference/families/llama/folder", place, { recursive: true });
    truncateSync(path.join(place, "model-00001-of-00002.safetensors"), giant);
    expect((await failure(place)).describe()).toMatch(/bytes at its end belong to no tensor/);
  });
});

describe("a tokenizer of another model", () => {
  it("a token that the model has no embedding for is told, not met as a bug", async () => {
    const place = path.join(folder, "other");
    cpSync("test/engine/exported/reference/torchscript", place, { recursive: true });
    writeFileSync(path.join(place, "tokenizer.json"), readFileSync("test/parity/reference/families/llama/folder/tokenizer.json"));
    const backbone = await openBackbone(await resolveModelSource({ path: place }, "/").fetch(), { cache: folder });
    const { rows } = backbone.embeddings;
    expect(() => backbone.embeddings.gather([0, rows])).toThrow(PromptTuningError);
    expect(() => backbone.embeddings.gather([0, rows])).toThrow(new RegExp(`the token ${rows}`));
    await backbone.dispose();
  });
});
