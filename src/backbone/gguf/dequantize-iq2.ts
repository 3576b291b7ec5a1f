import { codebook, evenSigns } from "./codebook.js";
import { halfFloatTable } from "./half-float.js";

// The 2-bit formats with a codebook of eight values an entry (ggml-common.h: block_iq2_xxs, block_iq2_xs, block_iq2_s).
// value = d·(s + ½)/4·entry, with a sign of its own. Products of so few bits are exact in float32.

/** IQ2_XXS: d (half), 8 groups of 32 values: 4 entries of 8 bits; 4 signs of 7 bits and a scale of 4. */
export function dequantizeIQ2_XXS(source: Uint8Array, target: Float32Array): void {
  const entries = codebook("IQ2_XXS");
  for (let at = 0, out = 0; out < target.length; at += 66, out += 256) {
    const d = halfFloatTable()[source[at] | (source[at + 1] << 8)];
    for (let group = 0; group < 8; group++) {
      const from = at + 2 + 8 * group;
      const bits = word(source, from + 4);
      const scale = d * (0.5 + (bits >>> 28)) * 0.25;
      for (let k = 0; k < 4; k++) putSigned(target, out + 32 * group + 8 * k, entries, 8 * source[from + k], 8, scale, evenSigns[(bits >>> (7 * k)) & 127]);
    }
  }
}

/** IQ2_XS: d (half), 32 times an entry of 9 bits and signs of 7, 16 scales of 4 bits. */
export function dequantizeIQ2_XS(source: Uint8Array, target: Float32Array): void {
  const entries = codebook("IQ2_XS");
  for (let at = 0, out = 0; out < target.length; at += 74, out += 256) {
    const d = halfFloatTable()[source[at] | (source[at + 1] << 8)];
    for (let k = 0; k < 32; k++) {
      const bits = source[at + 2 + 2 * k] | (source[at + 3 + 2 * k] << 8);
      putSigned(target, out + 8 * k, entries, 8 * (bits & 511), 8, d * (0.5 + nibble(source, at + 66, k >> 1)) * 0.25, evenSigns[bits >> 9]);
    }
  }
}

/** IQ2_S: d (half), 32 low bytes of entries, 32 bytes of signs, 8 bytes of the entries' 2 high bits, 16 scales of 4 bits. */
export function dequantizeIQ2_S(source: Uint8Array, target: Float32Array): void {
  const entries = codebook("IQ2_S");
  for (let at = 0, out = 0; out < target.length; at += 82, out += 256) {
    const d = halfFloatTable()[source[at] | (source[at + 1] << 8)];
    for (let k = 0; k < 32; k++) {
      const entry = source[at + 2 + k] | (((source[at + 66 + (k >> 2)] >> (2 * (k & 3))) & 3) << 8);
      putSigned(target, out + 8 * k, entries, 8 * entry, 8, d * (0.5 + nibble(source, at + 74, k >> 1)) * 0.25, source[at + 34 + k]);
    }
  }
}

/** An entry's values times the scale, negative where their bit of the signs is set. */
export function putSigned(target: Float32Array, out: number, entries: Float32Array, from: number, width: number, scale: number, signs: number): void {
  for (let j = 0; j < width; j++) target[out + j] = scale * ((signs >> j) & 1 ? -entries[from + j] : entries[from + j]);
}

/** The `index`th half byte, the lower one of each byte first. */
export function nibble(source: Uint8Array, at: number, index: number): number {
  return (source[at + (index >> 1)] >> (4 * (index & 1))) & 15;
}

/** 32 bits, little-endian. */
export function word(source: Uint8Array, at: number): number {
  return (source[at] | (source[at + 1] << 8) | (source[at + 2] << 16) | (source[at + 3] << 24)) >>> 0;
}
