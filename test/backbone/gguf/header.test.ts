import { gguf } from "@huggingface/gguf";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PromptTuningError } from "../../../src/common/errors.js";
import { ggmlTypeByName } from "../../../src/backbone/gguf/ggml-types.js";
import { readGgufHeader } from "../../../src/backbone/gguf/header.js";
import { readTensor, readTensorRows } from "../../../src/backbone/gguf/read-tensor.js";
import { GgufBytes, ggufFile, tinyLlama } from "./builder.js";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "gguf-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(bytes: Uint8Array): string {
  const path = join(folder, "model.gguf");
  writeFileSync(path, bytes);
  return path;
}

async function failure(bytes: Uint8Array): Promise<PromptTuningError> {
  const error = await readGgufHeader(write(bytes)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PromptTuningError);
  expect((error as PromptTuningError).kind).toBe("model");
  return error as PromptTuningError;
}

describe("readGgufHeader", () => {
  it("reads metadata and tensors", async () => {
    const { metadata, tensors } = tinyLlama();
    const bytes = ggufFile(metadata, tensors);
    const header = await readGgufHeader(write(bytes));
    expect(header.version).toBe(3);
    expect(header.fileBytes).toBe(bytes.length);
    expect(header.metadata.get("llama.embedding_length")).toBe(8);
    expect(header.metadata.get("tokenizer.ggml.tokens")).toEqual(metadata["tokenizer.ggml.tokens"]);
    expect(header.metadata.get("tokenizer.ggml.token_type")).toEqual(metadata["tokenizer.ggml.token_type"]);
    expect([...header.tensors.keys()]).toEqual(tensors.map(({ name }) => name));
    const down = header.tensors.get("blk.0.ffn_down.weight")!;
    expect(down).toMatchObject({ shape: [8, 12], type: "F32", byteLength: 8 * 12 * 4, elements: 96 });
    expect(bytes.readFloatLE(down.offset + 4 * 5)).toBe(5 / 64);
  });

  it.each([2, 3])("says of version %i what the library @huggingface/gguf says", async (version) => {
    const { metadata, tensors } = tinyLlama();
    const path = write(ggufFile(metadata, tensors, version));
    const ours = await readGgufHeader(path);
    const theirs = await gguf(path, { allowLocalFile: true });
    for (const [key, value] of ours.metadata) {
      const plain = ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value;
      expect(plain, key).toEqual((theirs.metadata as Record<string, unknown>)[key]);
    }
    expect(ours.metadata.size).toBe(Number(theirs.metadata.kv_count));
    expect([...ours.tensors.values()].map(({ name, shape, type, offset }) => ({ name, shape, type: ggmlTypeByName(type).id, offset }))).toEqual(
      theirs.tensorInfos.map((info) => ({
        name: info.name,
        shape: info.shape.map(Number).reverse(),
        type: info.dtype,
        offset: Number(theirs.tensorDataOffset + info.offset),
      })),
    );
  });

  it("keeps keys such as __proto__ as data", async () => {
    const header = await readGgufHeader(write(ggufFile({ ["__proto__"]: "x", constructor: "y" }, [])));
    expect(header.metadata.get("constructor")).toBe("y");
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  it("refuses a folder and a missing file as storage errors", async () => {
    for (const path of [folder, join(folder, "missing.gguf")]) {
      await expect(readGgufHeader(path)).rejects.toMatchObject({ kind: "storage" });
    }
  });

  const start = (tensors: number | bigint, pairs: number | bigint) => new GgufBytes().uint32(0x46554747).uint32(3).uint64(tensors).uint64(pairs);
  const tensor = (name: string, shape: (number | bigint)[], type: number, offset: number | bigint) => {
    const out = start(1, 0).string(name).uint32(shape.length);
    for (const length of shape) out.uint64(length);
    return out.uint32(type).uint64(offset).pad(32).raw(new Uint8Array(64));
  };
  const huge = 0xffff_ffff_ffff_fff0n;
  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /GGUF/],
    ["another magic", Buffer.from("GGML".repeat(20)), /does not begin/],
    ["version 1", new GgufBytes().uint32(0x46554747).uint32(1).uint64(0).uint64(0).bytes(), /version is 1/],
    ["big-endian", new GgufBytes().uint32(0x46554747).uint32(0x03000000).uint64(0).uint64(0).bytes(), /big-endian/],
    ["2^64 keys", start(0, huge).bytes(), /metadata keys/],
    ["2^64 tensors", start(huge, 0).bytes(), /tensors/],
    ["more keys than bytes", start(0, 1000).bytes(), /room/],
    ["a string of 2^64 bytes", start(0, 1).uint64(huge).raw(new Uint8Array(64)).bytes(), /length of metadata key/],
    ["a string past the end", start(0, 1).uint64(60_000).raw(new Uint8Array(64)).bytes(), /room/],
    ["bad UTF-8", start(0, 1).string(Uint8Array.of(0xc3, 0x28)).uint32(4).uint32(1).raw(new Uint8Array(32)).bytes(), /UTF-8/],
    ["an unknown value type", start(0, 1).string("k").uint32(77).raw(new Uint8Array(32)).bytes(), /unknown type 77/],
    ["an array of 2^64 strings", start(0, 1).string("k").uint32(9).uint32(8).uint64(huge).raw(new Uint8Array(32)).bytes(), /strings/],
    ["an array of 2^62 numbers", start(0, 1).string("k").uint32(9).uint32(10).uint64(1n << 62n).raw(new Uint8Array(32)).bytes(), /elements/],
    ["arrays of arrays", start(0, 1).string("k").uint32(9).uint32(9).uint64(1).raw(new Uint8Array(64)).bytes(), /unknown type 9/],
    ["a key twice", start(0, 2).string("k").uint32(4).uint32(1).string("k").uint32(4).uint32(1).bytes(), /twice/],
    ["a boolean of 7", start(0, 1).string("k").uint32(7).uint8(7).raw(new Uint8Array(32)).bytes(), /true-or-false/],
    ["an alignment of 0", ggufFile({ "general.alignment": 0 }, []), /alignment/],
    ["an alignment of 48", ggufFile({ "general.alignment": 48 }, []), /alignment/],
    ["an offset past the end", tensor("t", [8], 0, 1 << 20).bytes(), /ends at byte/],
    ["an offset of 2^64", tensor("t", [8], 0, huge).bytes(), /ends at byte/],
    ["an unaligned offset", tensor("t", [4], 0, 4).bytes(), /multiple of 32/],
    ["a shape of 2^64", tensor("t", [huge], 0, 0).bytes(), /impossible/],
    ["a product past 2^64", tensor("t", [1 << 30, 1 << 30, 1 << 30, 16], 0, 0).bytes(), /impossible/],
    ["a length of 0", tensor("t", [0], 0, 0).bytes(), /impossible/],
    ["5 dimensions", tensor("t", [1, 1, 1, 1, 1], 0, 0).bytes(), /5 dimensions/],
    ["an unknown tensor type", tensor("t", [8], 4, 0).bytes(), /type number 4/],
    ["half a block", tensor("t", [16], 2, 0).bytes(), /blocks of 32/],
    [
      "tensors that overlap",
      start(2, 0).string("a").uint32(1).uint64(16).uint32(0).uint64(0).string("b").uint32(1).uint64(8).uint32(0).uint64(32).pad(32).raw(new Uint8Array(64)).bytes(),
      /overlap/,
    ],
    [
      "a tensor twice",
      start(2, 0).string("a").uint32(1).uint64(8).uint32(0).uint64(0).string("a").uint32(1).uint64(8).uint32(0).uint64(32).pad(32).raw(new Uint8Array(64)).bytes(),
      /twice/,
    ],
  ])("refuses %s", async (_, bytes, reason) => {
    expect((await failure(bytes)).describe()).toMatch(reason);
  });

  it("refuses a file cut anywhere in its header", async () => {
    const { metadata, tensors } = tinyLlama();
    const whole = ggufFile(metadata, tensors);
    const headerEnd = (await readGgufHeader(write(whole))).tensors.get("token_embd.weight")!.offset;
    for (let length = 0; length < headerEnd; length += length < 400 ? 1 : 7) await failure(whole.subarray(0, length));
    await failure(whole.subarray(0, whole.length - 64));
  });
});

describe("readTensor", () => {
  it("reads whole tensors and rows of every layout, across chunks", async () => {
    const rows = 3000; // 0.9 MB of Q8_0 and 3.5 MB of F32: one chunk and several
    const q8 = Buffer.alloc(rows * 9 * 34);
    for (let block = 0; block < rows * 9; block++) {
      q8.writeUInt16LE(0x3c00, block * 34); // a scale of 1
      for (let j = 0; j < 32; j++) q8.writeInt8(((block * 32 + j) % 255) - 127, block * 34 + 2 + j);
    }
    const f32 = Float32Array.from({ length: rows * 288 }, (_, index) => index);
    const path = write(
      ggufFile({}, [
        { name: "q8", shape: [rows, 288], typeId: 8, data: q8 },
        { name: "f32", shape: [rows, 288], typeId: 0, data: new Uint8Array(f32.buffer) },
      ]),
    );
    const { tensors } = await readGgufHeader(path);
    const file = await open(path);
    try {
      const whole = await readTensor(file, tensors.get("q8")!);
      expect(whole.length).toBe(rows * 288);
      expect(whole.every((value, index) => value === (index % 255) - 127)).toBe(true);
      expect(await readTensor(file, tensors.get("f32")!)).toEqual(f32);
      expect(await readTensorRows(file, tensors.get("q8")!, 2990, 10)).toEqual(whole.subarray(2990 * 288));
      expect(await readTensorRows(file, tensors.get("f32")!, 7, 2)).toEqual(f32.subarray(7 * 288, 9 * 288));
      expect(await readTensorRows(file, tensors.get("f32")!, 7, 0)).toEqual(new Float32Array(0));
      await expect(readTensorRows(file, tensors.get("f32")!, 2999, 2)).rejects.toThrow(RangeError);
    } finally {
      await file.close();
    }
  });

  it.each([NaN, Infinity, -Infinity])("names the tensor that holds %d", async (value) => {
    const values = Float32Array.of(1, 2, value, 4, 5, 6, 7, 8);
    const path = write(ggufFile({}, [{ name: "blk.0.attn_q.weight", shape: [2, 4], typeId: 0, data: new Uint8Array(values.buffer) }]));
    const { tensors } = await readGgufHeader(path);
    const file = await open(path);
    try {
      const reading = readTensor(file, tensors.get("blk.0.attn_q.weight")!);
      await expect(reading).rejects.toMatchObject({ kind: "model", message: expect.stringMatching(/attn_q.*index 2/) });
    } finally {
      await file.close();
    }
  });

  it("names the tensor whose type is not supported, and the tensor where the file became shorter", async () => {
    const path = write(
      ggufFile({}, [
        { name: "odd", shape: [64], typeId: 40, data: new Uint8Array(36) },
        { name: "late", shape: [8], typeId: 0, data: new Uint8Array(32) },
      ]),
    );
    const { tensors, fileBytes } = await readGgufHeader(path);
    const file = await open(path, "r+");
    try {
      await expect(readTensor(file, tensors.get("odd")!)).rejects.toMatchObject({ kind: "model", message: expect.stringMatching(/odd.*NVFP4/) });
      await file.truncate(fileBytes - 8);
      await expect(readTensor(file, tensors.get("late")!)).rejects.toMatchObject({ kind: "model", reason: expect.stringMatching(/late/) });
    } finally {
      await file.close();
    }
  });
});
