import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dequantizeInto, supportedGgmlTypes } from "../../../src/backbone/gguf/dequantize.js";
import { unpermuteRows } from "../../../src/backbone/families/unpermute.js";

interface Reference {
  types: Record<string, { blocks: string; values: string }>;
  permutation: { rows: number; heads: number; huggingFace: string; gguf: string };
}
const reference = JSON.parse(readFileSync(new URL("reference/dequantize.json", import.meta.url), "utf8")) as Reference;

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}
function floats(base64: string): Float32Array {
  return new Float32Array(bytes(base64).buffer);
}
function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

describe("dequantizeInto", () => {
  it("has a reference for every supported type", () => {
    expect(Object.keys(reference.types).sort()).toEqual([...supportedGgmlTypes].sort());
  });

  it.each(supportedGgmlTypes)("%s equals the Python package gguf, bit for bit", (type) => {
    const { blocks, values } = reference.types[type];
    const expected = floats(values);
    const actual = new Float32Array(expected.length);
    dequantizeInto(type, bytes(blocks), actual);
    expect(bits(actual)).toEqual(bits(expected));
  });

  it("refuses lengths that do not belong together", () => {
    expect(() => dequantizeInto("Q4_0", new Uint8Array(18), new Float32Array(31))).toThrow(RangeError);
    expect(() => dequantizeInto("Q4_0", new Uint8Array(17), new Float32Array(32))).toThrow(RangeError);
  });

  it("names a type that is not supported", () => {
    expect(() => dequantizeInto("NVFP4", new Uint8Array(36), new Float32Array(64))).toThrow(/NVFP4/);
  });
});

describe("unpermuteRows", () => {
  it("gives Hugging Face's order back", () => {
    const { rows, heads, huggingFace, gguf } = reference.permutation;
    expect(unpermuteRows(floats(gguf), rows, heads)).toEqual(floats(huggingFace));
  });

  it("refuses rows that do not divide", () => {
    expect(() => unpermuteRows(new Float32Array(30), 6, 4)).toThrow(RangeError);
  });
});
