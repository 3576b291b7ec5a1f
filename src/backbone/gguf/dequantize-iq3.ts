import { codebook, evenSigns } from "./codebook.js";
import { nibble, putSigned, word } from "./dequantize-iq2.js";
import { halfFloatTable } from "./half-float.js";

// The 3-bit formats with a codebook of four values an entry (ggml-common.h: block_iq3_xxs, block_iq3_s), as in dequantize-iq2.ts.

/** IQ3_XXS: d (half), 64 entries of 8 bits, 8 times 4 signs of 7 bits and a scale of 4. value = d·(s + ½)/2·entry */
export function dequantizeIQ3_XXS(source: Uint8Array, target: Float32Array): void {
  const entries = codebook("IQ3_XXS");
  for (let at = 0, out = 0; out < target.length; at += 98, out += 256) {
    const d = halfFloatTable()[source[at] | (source[at + 1] << 8)];
    for (let k = 0; k < 64; k++) {
      const bits = word(source, at + 66 + 4 * (k >> 3));
      const signs = evenSigns[(bits >>> (7 * ((k >> 1) & 3))) & 127];
      putSigned(target, out + 4 * k, entries, 4 * source[at + 2 + k], 4, d * (0.5 + (bits >>> 28)) * 0.5, signs >> (4 * (k & 1)));
    }
  }
}

/** IQ3_S: d (half), 64 low bytes of entries, 8 bytes of their high bits, 32 bytes of signs, 8 scales of 4 bits. value = d·(2s + 1)·entry */
export function dequantizeIQ3_S(source: Uint8Array, target: Float32Array): void {
  const entries = codebook("IQ3_S");
  for (let at = 0, out = 0; out < target.length; at += 110, out += 256) {
    const d = halfFloatTable()[source[at] | (source[at + 1] << 8)];
    for (let k = 0; k < 64; k++) {
      const entry = source[at + 2 + k] | (((source[at + 66 + (k >> 3)] >> (k & 7)) & 1) << 8);
      putSigned(target, out + 4 * k, entries, 4 * entry, 4, d * (1 + 2 * nibble(source, at + 106, k >> 3)), nibble(source, at + 74, k));
    }
  }
}
