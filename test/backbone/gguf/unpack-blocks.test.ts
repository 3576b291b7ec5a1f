import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blockLayoutOf, unpackBlocks } from "../../../src/backbone/gguf/unpack-blocks.js";

const { types } = JSON.parse(readFileSync(new URL("reference/dequantize.json", import.meta.url), "utf8")) as { types: Record<string, { blocks: string; values: string }> };
const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

describe("blocks kept as they are stored", () => {
  it.each(["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"])("%s: scale·q + offset is the value of the Python package gguf, bit for bit", (type) => {
    const expected = new Float32Array(bytes(types[type].values).buffer);
    const { values, scales, offsets, blockSize, elementType } = unpackBlocks(type, bytes(types[type].blocks));
    const number = (i: number): number => {
      if (!elementType.endsWith("4")) return elementType === "int8" ? (values[i] << 24) >> 24 : values[i];
      const nibble = (values[i >> 1] >> (4 * (i & 1))) & 15;
      return elementType === "int4" && nibble > 7 ? nibble - 16 : nibble;
    };
    expected.forEach((value, i) => {
      const block = Math.floor(i / blockSize);
      expect(Math.fround(Math.fround(scales[block] * number(i)) + (offsets?.[block] ?? 0))).toBeCloseTo(value, 6);
    });
  });

  it("exist for formats of blocks with one scale only", () => {
    for (const type of ["F32", "F16", "Q2_K", "IQ4_NL"]) expect(blockLayoutOf(type)).toBeUndefined();
  });
});
