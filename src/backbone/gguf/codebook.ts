import { codebookData } from "./codebook-data.js";

const unpacked = new Map<string, Float32Array>();

/** The entries of a codebook one after the other [entries, width], unpacked when it is first needed. */
export function codebook(name: keyof typeof codebookData): Float32Array {
  const known = unpacked.get(name);
  if (known) return known;
  const { levels, places } = codebookData[name];
  const bytes = Buffer.from(places, "base64");
  const bits = levels.length <= 4 ? 2 : 4;
  const each = 8 / bits;
  const values = Float32Array.from({ length: bytes.length * each }, (_, i) => levels[(bytes[Math.floor(i / each)] >> (bits * (i % each))) & ((1 << bits) - 1)]);
  unpacked.set(name, values);
  return values;
}

/** The signs of eight values as bits, from seven: their number is even (ggml-common.h: ksigns_iq2xs). */
export const evenSigns = Uint8Array.from({ length: 128 }, (_, seven) => {
  let ones = 0;
  for (let bit = 0; bit < 7; bit++) ones += (seven >> bit) & 1;
  return seven | ((ones & 1) << 7);
});
