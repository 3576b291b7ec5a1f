import { halfFloatTable } from "./half-float.js";

// The 4-bit formats whose values are unevenly spaced (ggml-common.h: kvalues_iq4nl, block_iq4_nl, block_iq4_xs).
const levels = Float32Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

/** IQ4_NL: d (half), 16 bytes; low nibbles are values 0–15, high nibbles 16–31. value = d·level[q] */
export function dequantizeIQ4_NL(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 18, out += 32) unpack(source, at + 2, half[source[at] | (source[at + 1] << 8)], target, out);
}

/** IQ4_XS: d (half), 8 scales of 6 bits (2 bytes of high bits, 4 of low ones), 128 bytes of nibbles. value = d·(s − 32)·level[q] */
export function dequantizeIQ4_XS(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 136, out += 256) {
    const d = half[source[at] | (source[at + 1] << 8)];
    const high = source[at + 2] | (source[at + 3] << 8);
    for (let group = 0; group < 8; group++) {
      const scale = ((source[at + 4 + (group >> 1)] >> (4 * (group & 1))) & 15) | (((high >> (2 * group)) & 3) << 4);
      unpack(source, at + 8 + 16 * group, Math.fround(d * (scale - 32)), target, out + 32 * group);
    }
  }
}

/** 32 values from 16 bytes. */
function unpack(source: Uint8Array, at: number, scale: number, target: Float32Array, out: number): void {
  for (let j = 0; j < 16; j++) {
    target[out + j] = scale * levels[source[at + j] & 15];
    target[out + 16 + j] = scale * levels[source[at + j] >> 4];
  }
}
