import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openGgufBackbone } from "../../../src/backbone/gguf/open-gguf-backbone.js";
import { hashGgufModel, readGgufModel } from "../../../src/backbone/gguf/model-header.js";
import { missingParts, partNameOf, partPath } from "../../../src/backbone/gguf/part-name.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { ggufFile, type PlainTensor, type PlainValue, tinyLlama } from "./builder.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "ptune-split-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { metadata, tensors } = tinyLlama();
const nameOf = (part: number, of = 3): string => path.join(folder, `tiny-0000${part}-of-0000${of}.gguf`);

type Change = { metadata?: Record<string, PlainValue>; tensors?: readonly PlainTensor[] };

/** As llama-gguf-split --no-tensor-first-split writes them: the first part has no tensors. */
function writeParts(changes: Record<number, Change | null> = {}): void {
  const half = Math.floor(tensors.length / 2);
  const held = [[], tensors.slice(0, half), tensors.slice(half)];
  for (const [index, own] of held.entries()) {
    const change = changes[index + 1];
    if (change === null) continue;
    const split = { "split.no": index, "split.count": 3, "split.tensors.count": tensors.length };
    writeFileSync(nameOf(index + 1), ggufFile({ ...(index === 0 ? metadata : {}), ...split, ...change?.metadata }, change?.tensors ?? own));
  }
}

async function failure(part = 1): Promise<string> {
  const error: unknown = await readGgufModel(nameOf(part)).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(PromptTuningError);
  expect(error).toMatchObject({ kind: "model" });
  return (error as PromptTuningError).describe();
}

describe("readGgufModel", () => {
  it.each([1, 2, 3])("opens all parts from part %d", async (part) => {
    writeParts();
    const model = await readGgufModel(nameOf(part));
    expect(model.files).toEqual([1, 2, 3].map((number) => nameOf(number)));
    expect([...model.tensors.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort());
    expect(model.metadata.get("general.name")).toBe("tiny");
  });

  it("is the same backbone as the whole file's", async () => {
    writeParts();
    const whole = path.join(folder, "whole.gguf");
    writeFileSync(whole, ggufFile({ ...metadata, "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "gpt-2", "tokenizer.ggml.merges": ["a b"] }, tensors));
    writeParts({ 1: { metadata: { "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "gpt-2", "tokenizer.ggml.merges": ["a b"] } } });
    const losses: number[] = [];
    for (const modelFile of [whole, nameOf(2)]) {
      const backbone = await openGgufBackbone({ name: "tiny", format: "gguf", modelFile, folder, files: [], description: "" }, { cache: path.join(folder, "cache") });
      const program = await backbone.createProgram({ virtualTokens: 1, head: { kind: "vocabulary" } });
      losses.push((await program.step([{ tokens: Int32Array.of(-1, 1, 2), virtualTokens: Int32Array.of(0, -1, -1), scored: [{ row: 2, target: 4 }] }], { prompt: new Float32Array(8).fill(0.1) })).loss);
      await backbone.dispose();
    }
    expect(losses[1]).toBe(losses[0]);
  });

  it("has another hash when any part changes, and the file's own where there is one", async () => {
    writeParts();
    const before = await hashGgufModel(await readGgufModel(nameOf(1)), "the first part's");
    const [last] = tensors.slice(-1);
    writeParts({ 3: { tensors: [...tensors.slice(Math.floor(tensors.length / 2), -1), { ...last, data: last.data.map((byte) => byte ^ 1) }] } });
    expect(await hashGgufModel(await readGgufModel(nameOf(1)))).not.toBe(before);
    const file = path.join(folder, "one.gguf");
    const bytes = ggufFile(metadata, tensors);
    writeFileSync(file, bytes);
    expect(await hashGgufModel(await readGgufModel(file))).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  it.each([
    ["a missing part", { 2: null }, /lacks tiny-00002-of-00003\.gguf/],
    ["two missing parts", { 2: null, 3: null }, /lacks tiny-00002-of-00003\.gguf and tiny-00003-of-00003\.gguf/],
    ["a part under another's name", { 2: { metadata: { "split.no": 2 } } }, /part 3 of 3; by its name part 2 of 3/],
    ["a part of a model in other parts", { 3: { metadata: { "split.count": 5 } } }, /part 3 of 5/],
    ["a whole model as a part", { 3: { metadata: { "split.count": 1 } } }, /a whole model/],
    ["a part of a model with other tensors", { 3: { metadata: { "split.tensors.count": 99 } } }, /99 tensors/],
    ["a part of another architecture", { 2: { metadata: { "general.architecture": "qwen2" } } }, /"qwen2"/],
    ["a tensor in two parts", { 3: { tensors: tensors.slice(0, 4) } }, /is in tiny-00002-of-00003\.gguf too/],
    ["a part that lost tensors", { 3: { tensors: [] } }, /should hold \d+ tensors/],
    ["a part number that is text", { 2: { metadata: { "split.no": "one" } } }, /split\.no/],
  ] as [string, Record<number, Change | null>, RegExp][])("refuses %s", async (_, changes, reason) => {
    writeParts(changes);
    expect(await failure()).toMatch(reason);
  });

  it("refuses a part that ends early, wherever", async () => {
    writeParts();
    const whole = ggufFile({ "split.no": 1, "split.count": 3, "split.tensors.count": tensors.length }, tensors.slice(0, Math.floor(tensors.length / 2)));
    for (let length = 0; length < whole.length - 64; length += 61) {
      writeFileSync(nameOf(2), whole.subarray(0, length));
      expect(await failure(1)).toContain("tiny-00002-of-00003.gguf");
    }
  });

  it.each([
    ["renamed.gguf", 3],
    ["tiny-00001-of-00004.gguf", 3],
    ["tiny-00001-of-65000.gguf", 65_000],
  ])("says how parts are found: %s with %d parts", async (name, count) => {
    const file = path.join(folder, name);
    writeFileSync(file, ggufFile({ ...metadata, "split.no": 0, "split.count": count }, []));
    await expect(readGgufModel(file)).rejects.toThrow(/the others cannot be found/);
  });
});

describe("names of parts", () => {
  it("are read as they are written, and nothing else is", () => {
    fc.assert(
      fc.property(fc.string().filter((stem) => !stem.includes("\0")), fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 1, max: 99_999 }), (stem, number, count) => {
        const file = partPath({ stem, number, count }, number);
        if (number <= count) expect(partNameOf(file)).toEqual({ stem, number, count });
        else expect(partNameOf(file)).toBeUndefined();
      }),
    );
    for (const name of ["a.gguf", "a-00000-of-00002.gguf", "a-1-of-2.gguf", "a-00001-of-00002.safetensors"]) expect(partNameOf(name)).toBeUndefined();
  });

  it("are listed where they are missing, the first ones of many", () => {
    expect(missingParts("x/a-00001-of-00009.gguf", (part) => part.includes("00001-of"))).toBe("a-00002-of-00009.gguf, a-00003-of-00009.gguf, a-00004-of-00009.gguf and 5 more");
    expect(missingParts("a.gguf", () => false)).toBe("");
  });
});
