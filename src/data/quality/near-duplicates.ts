import { BandIndex } from "./band-index.js";
import { Clusters } from "./clusters.js";
import { type Banding, MinHash } from "./min-hash.js";
import { jaccard, shinglesOf, wordHashes } from "./shingles.js";
import { wordsOf } from "./words.js";

/** What of two texts must be alike for them to be near-duplicates. Any view suffices. */
export interface SimilarityView {
  /** Only the first so many words count; all when absent. */
  readonly words?: number;
  /** Jaccard similarity of the shingle sets from which on two texts are near-duplicates. */
  readonly threshold: number;
}

/** A pair of similarity 0.6 is missed with probability (1 − 0.6³)³² = 0.0004. */
const banding: Banding = { bands: 32, rows: 3 };

/**
 * For every text of a corpus that fits in memory the smallest index of the cluster it belongs to (near-duplicates of
 * near-duplicates belong together). MinHash with banding finds candidate pairs, the exact similarity decides.
 */
export function nearDuplicateClusters(texts: readonly string[], views: readonly SimilarityView[]): Int32Array {
  const clusters = new Clusters(texts.length);
  const hashes = texts.map((text) => wordHashes(wordsOf(text)));
  const minHash = new MinHash(banding.bands * banding.rows);
  for (const { words, threshold } of views) {
    const sets = hashes.map((list) => shinglesOf(list.slice(0, words)));
    const index = new BandIndex(banding);
    // A text without words is like no other.
    const items = sets.flatMap((set, i) => (set.length > 0 ? [i] : []));
    for (const i of items) index.add(minHash.of(sets[i]));
    for (const _ of index.link());
    for (const [item, i] of items.entries()) {
      for (let band = 0; band < index.bands; band++) {
        for (let other = index.previous(band, item); other >= 0; other = index.previous(band, other)) {
          const j = items[other];
          // Joined already: nothing to learn from this pair.
          if (clusters.of(i) !== clusters.of(j) && jaccard(sets[i], sets[j]) >= threshold) clusters.join(i, j);
        }
      }
    }
  }
  return Int32Array.from(texts, (_, i) => clusters.of(i));
}
