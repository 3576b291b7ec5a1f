import type { BlockLayout, StoredBlocks } from "../families/stored-blocks.js";
import { minimumOf, scaleOf } from "./dequantize-k.js";
import { ggmlTypeByName } from "./ggml-types.js";
import { halfFloatTable } from "./half-float.js";

/** Where one block of a ggml type is unpacked to: one byte a value (low bits), a scale and an offset a group. */
interface Target {
  readonly values: Uint8Array;
  readonly scales: Float32Array;
  readonly offsets: Float32Array;
}

interface BlockFormat extends BlockLayout {
  /** Unpacks the block at byte `at` to the values from `value` and the groups from `group` on. */
  readonly unpack: (source: Uint8Array, at: number, target: Target, value: number, group: number) => void;
}

const half = (source: Uint8Array, at: number): number => halfFloatTable()[source[at] | (source[at + 1] << 8)];

/** 32 nibbles: low halves are values 0–15, high ones 16–31; `shift` is taken off. */
function nibbles(source: Uint8Array, from: number, values: Uint8Array, to: number, shift: number, high?: (value: number) => number): void {
  for (let j = 0; j < 16; j++) {
    values[to + j] = ((source[from + j] & 15) | (high?.(j) ?? 0)) - shift;
    values[to + 16 + j] = ((source[from + j] >> 4) | (high?.(16 + j) ?? 0)) - shift;
  }
}

const fifthBits = (source: Uint8Array, at: number) => (value: number): number => ((source[at + (value >> 3)] >> (value & 7)) & 1) << 4;

/** The formats whose values are scale·q + offset by blocks of 16 or 32; see dequantize-legacy.ts and dequantize-k.ts. */
const formats = new Map<string, BlockFormat>([
  ["Q4_0", { blockSize: 32, elementType: "int4", hasOffsets: false, unpack: (source, at, { values, scales }, value, group) => { scales[group] = half(source, at); nibbles(source, at + 2, values, value, 8); } }],
  ["Q4_1", { blockSize: 32, elementType: "uint4", hasOffsets: true, unpack: (source, at, { values, scales, offsets }, value, group) => { scales[group] = half(source, at); offsets[group] = half(source, at + 2); nibbles(source, at + 4, values, value, 0); } }],
  ["Q5_0", { blockSize: 32, elementType: "int8", hasOffsets: false, unpack: (source, at, { values, scales }, value, group) => { scales[group] = half(source, at); nibbles(source, at + 6, values, value, 16, fifthBits(source, at + 2)); } }],
  ["Q5_1", { blockSize: 32, elementType: "uint8", hasOffsets: true, unpack: (source, at, { values, scales, offsets }, value, group) => { scales[group] = half(source, at); offsets[group] = half(source, at + 2); nibbles(source, at + 8, values, value, 0, fifthBits(source, at + 4)); } }],
  ["Q8_0", { blockSize: 32, elementType: "int8", hasOffsets: false, unpack: (source, at, { values, scales }, value, group) => { scales[group] = half(source, at); values.set(source.subarray(at + 2, at + 34), value); } }],
  ["Q4_K", { blockSize: 32, elementType: "uint4", hasOffsets: true, unpack: (source, at, target, value, group) => unpackK(source, at, target, value, group, (j, g) => (source[at + 16 + (g >> 1) * 32 + j] >> ((g & 1) * 4)) & 15) }],
  ["Q5_K", { blockSize: 32, elementType: "uint8", hasOffsets: true, unpack: (source, at, target, value, group) => unpackK(source, at, target, value, group, (j, g) => ((source[at + 48 + (g >> 1) * 32 + j] >> ((g & 1) * 4)) & 15) | (((source[at + 16 + j] >> g) & 1) << 4)) }],
  ["Q6_K", { blockSize: 16, elementType: "int8", hasOffsets: false, unpack: unpackQ6K }],
]);

function unpackK(source: Uint8Array, at: number, { values, scales, offsets }: Target, value: number, first: number, valueOf: (j: number, group: number) => number): void {
  const [d, dmin] = [half(source, at), half(source, at + 2)];
  for (let group = 0; group < 8; group++) {
    scales[first + group] = d * scaleOf(source, at + 4, group);
    offsets[first + group] = -Math.fround(dmin * minimumOf(source, at + 4, group));
    for (let j = 0; j < 32; j++) values[value + group * 32 + j] = valueOf(j, group);
  }
}

function unpackQ6K(source: Uint8Array, at: number, { values, scales }: Target, value: number, first: number): void {
  const d = half(source, at + 208);
  for (let group = 0; group < 16; group++) {
    scales[first + group] = d * ((source[at + 192 + group] << 24) >> 24);
    const [part, inPart] = [group >> 3, group & 7];
    const low = at + part * 64 + ((inPart >> 1) & 1) * 32 + (inPart & 1) * 16;
    const high = at + 128 + part * 32 + (inPart & 1) * 16;
    for (let j = 0; j < 16; j++) {
      const bits = ((source[low + j] >> (inPart < 4 ? 0 : 4)) & 15) | (((source[high + j] >> ((inPart >> 1) * 2)) & 3) << 4);
      values[value + group * 16 + j] = bits - 32;
    }
  }
}

/** How a ggml type's blocks can be kept; undefined where they can only be turned into floats. */
export function blockLayoutOf(type: string): BlockLayout | undefined {
  return formats.get(type);
}

/** Whole rows of a ggml type with a block layout, as blocks. */
export function unpackBlocks(type: string, bytes: Uint8Array): StoredBlocks {
  const { blockSize, elementType, hasOffsets, unpack } = formats.get(type)!;
  const { blockSize: valuesABlock, blockBytes } = ggmlTypeByName(type);
  const blocks = bytes.length / blockBytes;
  const groups = (blocks * valuesABlock) / blockSize;
  const target: Target = { values: new Uint8Array(blocks * valuesABlock), scales: new Float32Array(groups), offsets: new Float32Array(hasOffsets ? groups : 0) };
  for (let block = 0; block < blocks; block++) unpack(bytes, block * blockBytes, target, block * valuesABlock, (block * valuesABlock) / blockSize);
  const values = elementType.endsWith("4") ? packed(target.values) : target.values;
  return { blockSize, elementType, values, scales: target.scales, ...(hasOffsets ? { offsets: target.offsets } : {}) };
}

function packed(values: Uint8Array): Uint8Array {
  const result = new Uint8Array(values.length / 2);
  for (let i = 0; i < result.length; i++) result[i] = (values[2 * i] & 15) | ((values[2 * i + 1] & 15) << 4);
  return result;
}
