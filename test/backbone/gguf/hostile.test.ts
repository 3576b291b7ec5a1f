import fc from "fast-check";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PromptTuningError } from "../../../src/common/errors.js";
import { readGgufHeader } from "../../../src/backbone/gguf/header.js";
import { readGgufDecoder } from "../../../src/backbone/gguf/decoder-configuration.js";
import { readTensor } from "../../../src/backbone/gguf/read-tensor.js";
import { createTokenizerFromGguf } from "../../../src/backbone/tokenizer/from-gguf.js";
import { GgufBytes, ggufFile, tinyLlama } from "./builder.js";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "gguf-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bytes that this process holds. Compared before and after a case: what a case allocates is at most the difference. */
function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Reads everything of a file as a backbone does. Anything but success or a typed error is thrown on. */
async function readAll(path: string, withTokenizer = false): Promise<"read" | "refused"> {
  try {
    const header = await readGgufHeader(path);
    const file = await open(path);
    try {
      for (const info of header.tensors.values()) await readTensor(file, info);
    } finally {
      await file.close();
    }
    await readGgufDecoder(header);
    if (withTokenizer) createTokenizerFromGguf(header.metadata);
    return "read";
  } catch (error) {
    if (error instanceof PromptTuningError && error.kind === "model" && error.describe().length < 1500) return "refused";
    throw error;
  }
}

const { metadata, tensors } = tinyLlama();
const whole = ggufFile(metadata, tensors);

/** Numbers that have broken readers before. */
const nastyWords = [0n, 1n, 2n, 0x7fn, 0xffn, 0x7fffffffn, 0xffffffffn, 1n << 32n, 1n << 53n, (1n << 63n) - 1n, (1n << 64n) - 1n, 0x7ff8000000000000n];
const header = { max: whole.length > 3000 ? 3000 : whole.length };
const change = fc.oneof(
  fc.record({ kind: fc.constant("byte" as const), at: fc.nat(header), value: fc.nat(255) }),
  fc.record({ kind: fc.constant("flip" as const), at: fc.nat(header), value: fc.nat(7) }),
  fc.record({ kind: fc.constant("word" as const), at: fc.nat(header), value: fc.constantFrom(...nastyWords) }),
  fc.record({ kind: fc.constant("half" as const), at: fc.nat(header), value: fc.constantFrom(...nastyWords) }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat(whole.length) }),
  fc.record({ kind: fc.constant("remove" as const), at: fc.nat(header), value: fc.integer({ min: 1, max: 64 }) }),
  fc.record({ kind: fc.constant("insert" as const), at: fc.nat(header), value: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
  fc.record({ kind: fc.constant("repeat" as const), at: fc.nat(header), value: fc.integer({ min: 1, max: 64 }) }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function apply(bytes: Buffer, changes: readonly Change[]): Buffer {
  let result = Buffer.from(bytes);
  for (const edit of changes) {
    const at = Math.min(edit.at, result.length);
    const tail = result.subarray(at);
    switch (edit.kind) {
      case "byte":
        if (tail.length > 0) result[at] = edit.value;
        break;
      case "flip":
        if (tail.length > 0) result[at] ^= 1 << edit.value;
        break;
      case "word":
        if (tail.length >= 8) result.writeBigUInt64LE(edit.value, at);
        break;
      case "half":
        if (tail.length >= 4) result.writeUInt32LE(Number(edit.value & 0xffffffffn), at);
        break;
      case "cut":
        result = result.subarray(0, at);
        break;
      case "remove":
        result = Buffer.concat([result.subarray(0, at), result.subarray(Math.min(result.length, at + edit.value))]);
        break;
      case "insert":
        result = Buffer.concat([result.subarray(0, at), edit.value, tail]);
        break;
      case "repeat":
        result = Buffer.concat([result.subarray(0, at + edit.value), tail]);
        break;
    }
  }
  return result;
}

describe("hostile GGUF files", () => {
  it("10,000 damaged files: read, or refused with a typed error", async () => {
    const path = join(folder, "hostile.gguf");
    const counts = { read: 0, refused: 0 };
    let slowest = 0;
    let most = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = apply(whole, changes);
        writeFileSync(path, bytes);
        const before = memory();
        const started = performance.now();
        counts[await readAll(path)]++;
        slowest = Math.max(slowest, performance.now() - started);
        const used = memory() - before;
        most = Math.max(most, used);
        expect(used).toBeLessThan(2 * bytes.length + 64 * 1024 * 1024);
      }),
      { numRuns: 10_000, seed: 3 },
    );
    console.log(`GGUF: ${counts.read + counts.refused} damaged files, ${counts.read} read, ${counts.refused} refused, slowest ${slowest.toFixed(0)} ms, most memory ${(most / 1e6).toFixed(1)} MB`);
    expect(counts.read + counts.refused).toBe(10_000);
    expect(counts.refused).toBeGreaterThan(5_000);
  }, 300_000);

  it("1,000 damaged files of other families, tokenizer included: read, or refused with a typed error", async () => {
    const path = join(folder, "family.gguf");
    const files = ["phi3", "gemma3", "gpt2"].map((family) => readFileSync(`test/parity/reference/families/${family}/model.gguf`));
    const counts = { read: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 4 }), async (file, changes) => {
        const bytes = apply(file, changes);
        writeFileSync(path, bytes);
        const before = memory();
        counts[await readAll(path, true)]++;
        expect(memory() - before).toBeLessThan(2 * bytes.length + 64 * 1024 * 1024);
      }),
      { numRuns: 1000, seed: 5 },
    );
    console.log(`GGUF of other families: ${counts.read} read, ${counts.refused} refused`);
    expect(counts.refused).toBeGreaterThan(500);
  }, 300_000);

  it("a file full of tiny strings stays within twice its size and 64 MB", async () => {
    const path = join(folder, "strings.gguf");
    const strings = 1_500_000;
    const out = new GgufBytes().uint32(0x46554747).uint32(3).uint64(0).uint64(1).string("k").uint32(9).uint32(8).uint64(strings);
    const entries = Buffer.alloc(strings * 10);
    for (let index = 0; index < strings; index++) {
      entries.writeUInt32LE(2, index * 10);
      entries.writeUInt16LE(0x3030 + (index & 0x0f0f), index * 10 + 8);
    }
    writeFileSync(path, Buffer.concat([out.bytes(), entries]));
    const before = memory();
    const { metadata: read } = await readGgufHeader(path);
    expect((read.get("k") as string[]).length).toBe(strings);
    expect(memory() - before).toBeLessThan(2 * entries.length + 64 * 1024 * 1024);
  });
});
