import { mix } from "../../common/text-hash.js";

export const shingleWords = 3;

/** FNV-1a hashes of words, 32 bit. */
export function wordHashes(words: readonly string[]): number[] {
  return words.map((word) => {
    let hash = 0x811c9dc5;
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
    return hash;
  });
}

/**
 * The shingles of a text (Broder 1997, section 2: its runs of three words; a shorter text is one run) as a sorted list
 * of distinct 32-bit hashes.
 */
export function shinglesOf(hashes: readonly number[]): Uint32Array {
  if (hashes.length === 0) return new Uint32Array();
  const shingles = new Uint32Array(Math.max(1, hashes.length - shingleWords + 1));
  for (let i = 0; i < shingles.length; i++) {
    let hash = 0;
    for (let j = i; j < Math.min(i + shingleWords, hashes.length); j++) hash = mix(hash ^ hashes[j]);
    shingles[i] = hash;
  }
  shingles.sort();
  let distinct = 1;
  for (let i = 1; i < shingles.length; i++) if (shingles[i] !== shingles[i - 1]) shingles[distinct++] = shingles[i];
  return shingles.subarray(0, distinct);
}

/** Jaccard similarity |A ∩ B| / |A ∪ B| ("resemblance", Broder 1997, section 2) of two sorted lists of distinct numbers; 0 for two empty ones. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      common++;
      i++;
      j++;
    } else if (a[i] < b[j]) i++;
    else j++;
  }
  const union = a.length + b.length - common;
  return union === 0 ? 0 : common / union;
}
