import { halfFloatTable } from "./half-float.js";

// The K formats: super-blocks of 256 values with scales of their own (ggml-common.h: block_q2_K, ...). As in the
// smaller formats every product is exact in double precision, so that a value is rounded where ggml rounds it.

/** Q2_K: 16 scales and minima of 4 bits, 64 bytes of 2-bit values, d and dmin (half). value = d·s·q − dmin·m */
export function dequantizeQ2_K(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 84, out += 256) {
    const d = half[source[at + 80] | (source[at + 81] << 8)];
    const dmin = half[source[at + 82] | (source[at + 83] << 8)];
    for (let group = 0; group < 16; group++) {
      const scale = Math.fround(d * (source[at + group] & 15));
      const minimum = Math.fround(dmin * (source[at + group] >> 4));
      const from = at + 16 + (group >> 3) * 32 + (group & 1) * 16;
      const shift = ((group >> 1) & 3) * 2;
      for (let j = 0; j < 16; j++) target[out + group * 16 + j] = Math.fround(scale * ((source[from + j] >> shift) & 3)) - minimum;
    }
  }
}

/** Q3_K: 32 bytes of high bits, 64 bytes of 2-bit values, 16 packed 6-bit scales, d (half). value = d·(s − 32)·(q − 4·(high bit absent)) */
export function dequantizeQ3_K(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 110, out += 256) {
    const d = half[source[at + 108] | (source[at + 109] << 8)];
    for (let group = 0; group < 16; group++) {
      const low = group < 8 ? source[at + 96 + group] & 15 : source[at + 88 + group] >> 4;
      const high = (source[at + 104 + (group & 3)] >> ((group >> 2) * 2)) & 3;
      const scale = Math.fround(d * ((low | (high << 4)) - 32));
      const column = (group & 1) * 16;
      const from = at + 32 + (group >> 3) * 32 + column;
      const shift = ((group >> 1) & 3) * 2;
      const mask = 1 << (group >> 1);
      for (let j = 0; j < 16; j++) {
        const offset = source[at + column + j] & mask ? 0 : 4;
        target[out + group * 16 + j] = scale * (((source[from + j] >> shift) & 3) - offset);
      }
    }
  }
}

/** The 6-bit scale of a group of 32 (Q4_K and Q5_K; get_scale_min_k4 of ggml-quants.c). */
export function scaleOf(source: Uint8Array, at: number, group: number): number {
  return group < 4 ? source[at + group] & 63 : (source[at + group + 4] & 15) | ((source[at + group - 4] >> 6) << 4);
}

/** The 6-bit minimum of a group of 32. */
export function minimumOf(source: Uint8Array, at: number, group: number): number {
  return group < 4 ? source[at + group + 4] & 63 : (source[at + group + 4] >> 4) | ((source[at + group] >> 6) << 4);
}

/** Q4_K: d and dmin (half), 8 packed scales and minima, 128 bytes of nibbles. value = d·s·q − dmin·m */
export function dequantizeQ4_K(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 144, out += 256) {
    const d = half[source[at] | (source[at + 1] << 8)];
    const dmin = half[source[at + 2] | (source[at + 3] << 8)];
    for (let group = 0; group < 8; group++) {
      const scale = Math.fround(d * scaleOf(source, at + 4, group));
      const minimum = Math.fround(dmin * minimumOf(source, at + 4, group));
      const from = at + 16 + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      for (let j = 0; j < 32; j++) target[out + group * 32 + j] = Math.fround(scale * ((source[from + j] >> shift) & 15)) - minimum;
    }
  }
}

/** Q5_K: as Q4_K, with 32 bytes of fifth bits before the nibbles. */
export function dequantizeQ5_K(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 176, out += 256) {
    const d = half[source[at] | (source[at + 1] << 8)];
    const dmin = half[source[at + 2] | (source[at + 3] << 8)];
    for (let group = 0; group < 8; group++) {
      const scale = Math.fround(d * scaleOf(source, at + 4, group));
      const minimum = Math.fround(dmin * minimumOf(source, at + 4, group));
      const from = at + 48 + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      for (let j = 0; j < 32; j++) {
        const value = ((source[from + j] >> shift) & 15) | (((source[at + 16 + j] >> group) & 1) << 4);
        target[out + group * 32 + j] = Math.fround(scale * value) - minimum;
      }
    }
  }
}

/** Q6_K: 128 bytes of low nibbles, 64 bytes of high bit pairs, 16 signed scales, d (half). value = d·s·(q − 32) */
export function dequantizeQ6_K(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 210, out += 256) {
    const d = half[source[at + 208] | (source[at + 209] << 8)];
    for (let group = 0; group < 16; group++) {
      const scale = Math.fround(d * ((source[at + 192 + group] << 24) >> 24));
      const part = group >> 3; // the half of the super-block
      const inPart = group & 7;
      const low = at + part * 64 + ((inPart >> 1) & 1) * 32 + (inPart & 1) * 16;
      const lowShift = inPart < 4 ? 0 : 4;
      const high = at + 128 + part * 32 + (inPart & 1) * 16;
      const highShift = (inPart >> 1) * 2;
      for (let j = 0; j < 16; j++) {
        const value = ((source[low + j] >> lowShift) & 15) | (((source[high + j] >> highShift) & 3) << 4);
        target[out + group * 16 + j] = scale * (value - 32);
      }
    }
  }
}
