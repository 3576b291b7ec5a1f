import { halfFloatTable } from "./half-float.js";

/** Turns whole blocks of `source` into values of `target`; lengths have been checked by the caller. */
export type Dequantizer = (source: Uint8Array, target: Float32Array) => void;

/** IEEE 754 binary32, little-endian. */
export function dequantizeF32(source: Uint8Array, target: Float32Array): void {
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(source);
}

/** IEEE 754 binary16. */
export function dequantizeF16(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let i = 0, at = 0; i < target.length; i++, at += 2) target[i] = half[source[at] | (source[at + 1] << 8)];
}

/** bfloat16: the upper half of a binary32. */
export function dequantizeBF16(source: Uint8Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0, at = 0; i < bits.length; i++, at += 2) bits[i] = (source[at] << 16) | (source[at + 1] << 24);
}
