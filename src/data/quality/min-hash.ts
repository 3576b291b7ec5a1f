import { mix } from "../../common/text-hash.js";

/**
 * How signatures are cut for locality-sensitive hashing (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets,
 * section 3.4): two texts of similarity s agree in one band at least, and so become a candidate pair, with probability
 * 1 − (1 − s^rows)^bands.
 */
export interface Banding {
  readonly bands: number;
  /** Hashes of the signature in a band. */
  readonly rows: number;
}

/** Probability that a pair of this similarity becomes a candidate. */
export function candidateProbability(similarity: number, { bands, rows }: Banding): number {
  return 1 - (1 - similarity ** rows) ** bands;
}

/**
 * MinHash (Broder 1997, section 3): for every hash function the least hash of a set. Two sets agree at a place with the
 * probability of their Jaccard similarity, so that the share of agreeing places estimates it with a standard error of
 * √(s(1 − s)/length).
 */
export class MinHash {
  private readonly seeds: Int32Array;
  readonly signature: Uint32Array;

  constructor(readonly length: number) {
    this.seeds = Int32Array.from({ length }, (_, k) => mix(k + 1));
    this.signature = new Uint32Array(length);
  }

  /** Signature of a set that is not empty; overwritten by the next call. */
  of(set: Uint32Array): Uint32Array {
    const { seeds, signature } = this;
    for (let k = 0; k < signature.length; k++) {
      const seed = seeds[k];
      let least = 0xffffffff;
      for (let i = 0; i < set.length; i++) {
        const value = mix(set[i] ^ seed) >>> 0;
        if (value < least) least = value;
      }
      signature[k] = least;
    }
    return signature;
  }
}

/** Share of places in which two signatures agree: the estimate of their sets' Jaccard similarity. */
export function agreement(a: Uint32Array, b: Uint32Array): number {
  let equal = 0;
  for (let k = 0; k < a.length; k++) if (a[k] === b[k]) equal++;
  return equal / a.length;
}
