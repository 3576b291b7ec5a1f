import { codebook } from "./codebook.js";
import { halfFloatTable } from "./half-float.js";

// The formats of less than 2 bits (ggml-common.h: block_iq1_s, block_iq1_m): entries of eight values −1, 0 and 1, all moved
// by an eighth up or down. value = d·(2s + 1)·(entry ± ⅛)
const shift = 0.125;

/** IQ1_S: d (half), 32 low bytes of entries, 8 times the high 3 bits of 4 entries, a scale of 3 bits and the shift's sign. */
export function dequantizeIQ1_S(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, out = 0; out < target.length; at += 50, out += 256) {
    const d = halfFloatTable()[source[at] | (source[at + 1] << 8)];
    for (let k = 0; k < 32; k++) {
      const bits = source[at + 34 + 2 * (k >> 2)] | (source[at + 35 + 2 * (k >> 2)] << 8);
      const entry = source[at + 2 + k] | (((bits >> (3 * (k & 3))) & 7) << 8);
      putShifted(target, out + 8 * k, entry, d * (2 * ((bits >> 12) & 7) + 1), bits & 0x8000 ? -shift : shift);
    }
  }
}

/** IQ1_M: 32 low bytes of entries, their high 3 bits with the shift's sign, 16 scales of 3 bits in 4 words whose highest 4 bits make d. */
export function dequantizeIQ1_M(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, out = 0; out < target.length; at += 56, out += 256) {
    const word = (index: number): number => source[at + 48 + 2 * index] | (source[at + 49 + 2 * index] << 8);
    const d = halfFloatTable()[(word(0) >> 12) | ((word(1) >> 8) & 0xf0) | ((word(2) >> 4) & 0xf00) | (word(3) & 0xf000)];
    for (let k = 0; k < 32; k++) {
      const high = source[at + 32 + (k >> 1)] >> (4 * (k & 1));
      const scale = (word(k >> 3) >> (3 * ((k >> 1) & 3))) & 7;
      putShifted(target, out + 8 * k, source[at + k] | ((high & 7) << 8), d * (2 * scale + 1), high & 8 ? -shift : shift);
    }
  }
}

function putShifted(target: Float32Array, out: number, entry: number, scale: number, by: number): void {
  const entries = codebook("IQ1_S");
  for (let j = 0; j < 8; j++) target[out + j] = scale * (entries[8 * entry + j] + by);
}
