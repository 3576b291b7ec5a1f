import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished, expect, it } from "vitest";
import { readGgufHeader } from "../../../src/backbone/gguf/header.js";
import { openBackbone } from "../../../src/backbone/open-backbone.js";
import { type PlainTensor, type PlainValue, ggufFile } from "../../backbone/gguf/builder.js";
import { sequence } from "./sequences.js";

const tiny = path.resolve("test/fixtures/tiny.gguf");
const half = (value: number): [number, number] => {
  // Powers of two only: what the test writes is exact in half precision.
  const bits = (15 + Math.log2(value)) << 10;
  return [bits & 255, bits >> 8];
};

/** Rounds a matrix to blocks of 32: Q4_1 (type 3) or Q8_0 (type 8), their scales powers of two. */
function rounded(values: Float32Array, type: "Q4_1" | "Q8_0"): Uint8Array {
  const blocks: number[] = [];
  for (let from = 0; from < values.length; from += 32) {
    const block = values.subarray(from, from + 32);
    const largest = Math.max(...block.map(Math.abs), 2 ** -10);
    if (type === "Q8_0") {
      const scale = 2 ** Math.ceil(Math.log2(largest / 127));
      blocks.push(...half(scale), ...Array.from(block, (value) => Math.round(value / scale) & 255));
    } else {
      const scale = 2 ** Math.ceil(Math.log2(largest / 7));
      const minimum = half(scale * 8);
      const nibble = (value: number): number => Math.max(0, Math.min(15, Math.round(value / scale) + 8));
      blocks.push(...half(scale), minimum[0], minimum[1] | 0x80, ...Array.from({ length: 16 }, (_, i) => nibble(block[i]) | (nibble(block[16 + i]) << 4)));
    }
  }
  return Uint8Array.from(blocks);
}

/** The tiny model with its matrices in blocks, of two types. */
async function writeStored(file: string): Promise<void> {
  const { metadata, tensors } = await readGgufHeader(tiny);
  const bytes = readFileSync(tiny);
  const floatsOf = (offset: number, count: number): Float32Array => new Float32Array(new Uint8Array(bytes.subarray(offset, offset + 4 * count)).buffer);
  const written = [...tensors.values()].map(({ name, shape, offset, elements }, i): PlainTensor => {
    const values = floatsOf(offset, elements);
    if (!/^blk\..*\.(attn_(q|k|v|output)|ffn_(gate|up|down))\.weight$/.test(name)) return { name, shape, typeId: 0, data: new Uint8Array(values.buffer) };
    return i % 2 === 0 ? { name, shape, typeId: 3, data: rounded(values, "Q4_1") } : { name, shape, typeId: 8, data: rounded(values, "Q8_0") };
  });
  writeFileSync(file, ggufFile(Object.fromEntries(metadata) as Record<string, PlainValue>, written));
}

it("matrices kept in their file's blocks give the losses, gradients and texts of the same matrices as floats", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ptune-stored-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const modelFile = path.join(folder, "stored.gguf");
  await writeStored(modelFile);
  const batch = [sequence(["s0", "s1", 5, 6, 7, 8]), sequence([9, 10, "s0", "s1", 11])];
  const results = [];
  for (const weights of ["float32", "stored"] as const) {
    const backbone = await openBackbone({ name: "stored", format: "gguf", modelFile, folder, files: [], description: "stored" }, { cache: path.join(folder, "cache"), weights });
    const values = { prompt: backbone.embeddings.gather([40, 41]) };
    const program = await backbone.createProgram({ virtualTokens: 2, head: { kind: "vocabulary" }, backward: "approximate" });
    // Rounded matrices are made of floats: blocks have an exact backward pass only.
    expect(program.approximate).toBe(weights === "float32");
    const exact = await backbone.createProgram({ virtualTokens: 2, head: { kind: "vocabulary" } });
    results.push({ ...(await exact.step(batch, values)), text: await exact.generate(sequence([5, "s0", "s1", 8], []), values, { maxNewTokens: 5, stopTokenIds: [] }) });
    await backbone.dispose();
  }
  const [floats, stored] = results;
  expect(stored.loss).toBeCloseTo(floats.loss, 5);
  stored.gradients.prompt.forEach((value, i) => expect(value).toBeCloseTo(floats.gradients.prompt[i], 5));
  expect(stored.text).toEqual(floats.text);
});
