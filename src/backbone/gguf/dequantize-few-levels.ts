import { halfFloatTable } from "./half-float.js";

// Ternary values (ggml-common.h: block_tq1_0, block_tq2_0) and the 4-bit floats of gpt-oss (block_mxfp4).

/** The runs of TQ1_0: so many bytes, each of which holds so many values. */
const ternaryRuns = [[32, 5], [16, 5], [4, 4]] as const;

/** TQ1_0: 52 bytes of five (the last ones four) digits of base 3, the highest first, as a fraction of 256; d (half). value = d·(digit − 1) */
export function dequantizeTQ1_0(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, out = 0; out < target.length; at += 54) {
    const d = halfFloatTable()[source[at + 52] | (source[at + 53] << 8)];
    let from = at;
    for (const [bytes, digits] of ternaryRuns) {
      for (let digit = 0, power = 1; digit < digits; digit++, power *= 3) {
        for (let j = 0; j < bytes; j++) target[out++] = d * ((((source[from + j] * power) & 255) * 3 >> 8) - 1);
      }
      from += bytes;
    }
  }
}

/** TQ2_0: 64 bytes of four 2-bit values, each 32 bytes apart in the result; d (half). value = d·(q − 1) */
export function dequantizeTQ2_0(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, out = 0; out < target.length; at += 66, out += 256) {
    const d = halfFloatTable()[source[at + 64] | (source[at + 65] << 8)];
    for (let i = 0; i < 256; i++) target[out + i] = d * (((source[at + 32 * (i >> 7) + (i & 31)] >> (2 * ((i >> 5) & 3))) & 3) - 1);
  }
}

/** Floats of a sign, two bits of exponent and one of fraction, doubled (Open Compute Project, Microscaling Formats 1.0). */
const floats = Float32Array.of(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

/** MXFP4: an exponent, 16 bytes; low nibbles are values 0–15, high nibbles 16–31. value = 2^(e − 128)·float[q] */
export function dequantizeMXFP4(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, out = 0; out < target.length; at += 17, out += 32) {
    const scale = 2 ** (source[at] - 128);
    for (let j = 0; j < 16; j++) {
      target[out + j] = scale * floats[source[at + 1 + j] & 15];
      target[out + 16 + j] = scale * floats[source[at + 1 + j] >> 4];
    }
  }
}
