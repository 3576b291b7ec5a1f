import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomSource } from "../../../src/common/random.js";
import { BandIndex } from "../../../src/data/quality/band-index.js";
import { agreement, candidateProbability, MinHash } from "../../../src/data/quality/min-hash.js";
import { jaccard } from "../../../src/data/quality/shingles.js";

/** Two sets of a given similarity: `common` elements in both, the others in one alone. */
function pair(random: RandomSource, common: number, own: number): [Uint32Array, Uint32Array] {
  const numbers = new Set<number>();
  while (numbers.size < common + 2 * own) numbers.add(random.integer(2 ** 31));
  const all = [...numbers];
  return [Uint32Array.from([...all.slice(0, common), ...all.slice(common, common + own)]).sort(), Uint32Array.from([...all.slice(0, common), ...all.slice(common + own)]).sort()];
}

describe("MinHash", () => {
  it("estimates the Jaccard similarity within its bound", () => {
    const minHash = new MinHash(400);
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 40 }), (seed, common, own) => {
        const [a, b] = pair(RandomSource.fromSeed(seed), common, own);
        const similarity = jaccard(a, b);
        const estimate = agreement(Uint32Array.from(minHash.of(a)), minHash.of(b));
        // Six standard deviations of a binomial of 400, and one place.
        expect(Math.abs(estimate - similarity)).toBeLessThanOrEqual(6 * Math.sqrt((similarity * (1 - similarity)) / 400) + 1 / 400);
      }),
      { numRuns: 500 },
    );
  });

  it("is free of bias: the mean over many pairs is the similarity", () => {
    const random = RandomSource.fromSeed(5);
    const minHash = new MinHash(80);
    let sum = 0;
    const pairs = 2000;
    for (let i = 0; i < pairs; i++) {
      const [a, b] = pair(random, 14, 3);
      sum += agreement(Uint32Array.from(minHash.of(a)), minHash.of(b));
    }
    // Similarity 0.7; the mean's standard deviation is √(0.21/80/2000) = 0.0011.
    expect(Math.abs(sum / pairs - 0.7)).toBeLessThan(0.006);
  });

  it("makes candidates as often as the bands say", () => {
    const random = RandomSource.fromSeed(7);
    const banding = { bands: 20, rows: 4 };
    const minHash = new MinHash(80);
    for (const [common, own, similarity] of [[14, 3, 0.7], [10, 5, 0.5], [6, 7, 0.3]] as const) {
      const pairs = 1500;
      const index = new BandIndex(banding);
      for (let i = 0; i < pairs; i++) for (const set of pair(random, common, own)) index.add(minHash.of(set));
      for (const _ of index.link());
      const marks = index.candidates();
      let found = 0;
      for (let i = 0; i < pairs; i++) {
        // Sets of different pairs have nothing in common.
        expect(marks[2 * i + 1]).toBe(marks[2 * i]);
        found += marks[2 * i];
      }
      const expected = candidateProbability(similarity, banding);
      console.log(`similarity ${similarity}: candidates in ${((100 * found) / pairs).toFixed(1)} % of the pairs, ${(100 * expected).toFixed(1)} % by the formula`);
      expect(Math.abs(found / pairs - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / pairs) + 0.003);
    }
  });
});
