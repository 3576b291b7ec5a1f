import { halfFloatTable } from "./half-float.js";

// The block formats of 32 values (ggml-common.h: block_q8_0, block_q4_0, ...). Each product of a half-precision
// scale and a small integer is exact in double precision, and storing it in a Float32Array rounds once: the
// values are those of ggml's float32 arithmetic, bit for bit.

/** Q8_0: scale d (half), 32 signed bytes. value = d·q */
export function dequantizeQ8_0(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 34, out += 32) {
    const d = half[source[at] | (source[at + 1] << 8)];
    for (let j = 0; j < 32; j++) target[out + j] = d * ((source[at + 2 + j] << 24) >> 24);
  }
}

/** Q4_0: d (half), 16 bytes; low nibbles are values 0–15, high nibbles 16–31. value = d·(q − 8) */
export function dequantizeQ4_0(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 18, out += 32) {
    const d = half[source[at] | (source[at + 1] << 8)];
    for (let j = 0; j < 16; j++) {
      const byte = source[at + 2 + j];
      target[out + j] = d * ((byte & 15) - 8);
      target[out + 16 + j] = d * ((byte >> 4) - 8);
    }
  }
}

/** Q4_1: d and m (half), nibbles as in Q4_0. value = d·q + m */
export function dequantizeQ4_1(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 20, out += 32) {
    const d = half[source[at] | (source[at + 1] << 8)];
    const m = half[source[at + 2] | (source[at + 3] << 8)];
    for (let j = 0; j < 16; j++) {
      const byte = source[at + 4 + j];
      target[out + j] = d * (byte & 15) + m;
      target[out + 16 + j] = d * (byte >> 4) + m;
    }
  }
}

/** Q5_0: d (half), 32 fifth bits, nibbles as in Q4_0. value = d·(q − 16) */
export function dequantizeQ5_0(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 22, out += 32) {
    const d = half[source[at] | (source[at + 1] << 8)];
    const high = source[at + 2] | (source[at + 3] << 8) | (source[at + 4] << 16) | (source[at + 5] << 24);
    for (let j = 0; j < 16; j++) {
      const byte = source[at + 6 + j];
      target[out + j] = d * (((byte & 15) | (((high >>> j) & 1) << 4)) - 16);
      target[out + 16 + j] = d * (((byte >> 4) | (((high >>> (j + 16)) & 1) << 4)) - 16);
    }
  }
}

/** Q5_1: d and m (half), 32 fifth bits, nibbles as in Q4_0. value = d·q + m */
export function dequantizeQ5_1(source: Uint8Array, target: Float32Array): void {
  const half = halfFloatTable();
  for (let at = 0, out = 0; out < target.length; at += 24, out += 32) {
    const d = half[source[at] | (source[at + 1] << 8)];
    const m = half[source[at + 2] | (source[at + 3] << 8)];
    const high = source[at + 4] | (source[at + 5] << 8) | (source[at + 6] << 16) | (source[at + 7] << 24);
    for (let j = 0; j < 16; j++) {
      const byte = source[at + 8 + j];
      target[out + j] = d * ((byte & 15) | (((high >>> j) & 1) << 4)) + m;
      target[out + 16 + j] = d * ((byte >> 4) | (((high >>> (j + 16)) & 1) << 4)) + m;
    }
  }
}
