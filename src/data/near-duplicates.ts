/**
 * Near-duplicate texts: MinHash over word shingles (Broder 1997) with locality-sensitive hashing (bands of equal
 * signatures, Leskovec et al., Mining of Massive Datasets, chapter 3) finds candidate pairs; the exact Jaccard
 * similarity of their shingle sets decides. Deterministic.
 */

/** What of two texts must be alike for them to be near-duplicates. Any view suffices. */
export interface SimilarityView {
  /** Only the first so many words count; all when absent. */
  readonly words?: number;
  /** Jaccard similarity of the shingle sets from which on two texts are near-duplicates. */
  readonly threshold: number;
}

const shingleWords = 3;
/** 32 bands of 3 hashes: a pair of similarity 0.6 is missed with probability (1 − 0.6³)³² = 0.0004. */
const bands = 32;
const rowsPerBand = 3;

/** For every text the smallest index of the cluster it belongs to (near-duplicates of near-duplicates belong together). */
export function nearDuplicateClusters(texts: readonly string[], views: readonly SimilarityView[]): Int32Array {
  const parents = Int32Array.from(texts, (_, i) => i);
  const find = (i: number): number => {
    while (parents[i] !== i) i = parents[i] = parents[parents[i]];
    return i;
  };
  const words = texts.map((text) => wordHashes(text));
  for (const view of views) {
    const sets = words.map((list) => shingles(list.slice(0, view.words ?? list.length)));
    for (const bucket of candidateBuckets(sets)) {
      for (let a = 0; a < bucket.length; a++) {
        for (let b = a + 1; b < bucket.length; b++) {
          const first = find(bucket[a]);
          const second = find(bucket[b]);
          // Joined already: nothing to learn from this pair.
          if (first === second || jaccard(sets[bucket[a]], sets[bucket[b]]) < view.threshold) continue;
          parents[Math.max(first, second)] = Math.min(first, second);
        }
      }
    }
  }
  return parents.map((_, i) => find(i));
}

/** Jaccard similarity |A ∩ B| / |A ∪ B| of two sorted lists of distinct numbers; 0 for two empty ones. */
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

/** The shingles of a text as a sorted list of distinct 32-bit hashes: what `jaccard` compares. */
export function shingleSet(text: string, words?: number): Uint32Array {
  const list = wordHashes(text);
  return shingles(list.slice(0, words ?? list.length));
}

/** FNV-1a hashes of the words: runs of letters and digits, case folded. */
function wordHashes(text: string): number[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => {
    let hash = 0x811c9dc5;
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
    return hash;
  });
}

function shingles(words: readonly number[]): Uint32Array {
  const found = new Set<number>();
  const last = Math.max(1, words.length - shingleWords + 1);
  for (let i = 0; words.length > 0 && i < last; i++) {
    let hash = 0;
    for (let j = i; j < Math.min(i + shingleWords, words.length); j++) hash = mix(hash ^ words[j]);
    found.add(hash >>> 0);
  }
  return Uint32Array.from(found).sort();
}

/** The finaliser of MurmurHash3, 32 bit: every bit of the input reaches every bit of the output. */
function mix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) | 0;
}

/** Groups of texts that agree in a whole band of their signatures. */
function* candidateBuckets(sets: readonly Uint32Array[]): Generator<readonly number[]> {
  const signatures = sets.map(signature);
  for (let band = 0; band < bands; band++) {
    const buckets = new Map<string, number[]>();
    signatures.forEach((values, i) => {
      if (!values) return;
      const key = values.subarray(band * rowsPerBand, (band + 1) * rowsPerBand).join(",");
      const bucket = buckets.get(key);
      if (bucket) bucket.push(i);
      else buckets.set(key, [i]);
    });
    for (const bucket of buckets.values()) if (bucket.length > 1) yield bucket;
  }
}

/** MinHash signature; none for a text without words. */
function signature(set: Uint32Array): Uint32Array | undefined {
  if (set.length === 0) return undefined;
  const values = new Uint32Array(bands * rowsPerBand).fill(0xffffffff);
  for (let k = 0; k < values.length; k++) {
    const seed = mix(k + 1);
    for (let i = 0; i < set.length; i++) {
      const value = mix(set[i] ^ seed) >>> 0;
      if (value < values[k]) values[k] = value;
    }
  }
  return values;
}
