import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PromptTuningError } from "../../src/common/errors.js";
import { nearestTokens, type NearToken } from "../../src/inspection/nearest-tokens.js";
import { nearnessMetrics, type NearnessMetric } from "../../src/inspection/nearness.js";
import { normDistribution, ordinaryNormRange, percentile, rowNorms } from "../../src/inspection/norms.js";
import { pairwiseSimilarity } from "../../src/inspection/similarity.js";

/** All tokens by one metric, written as simply as can be. */
function naive(vector: number[], vocabulary: number[][], metric: NearnessMetric): NearToken[] {
  const dotOf = (a: number[], b: number[]) => a.reduce((sum, x, j) => sum + x * b[j], 0);
  const norm = (a: number[]) => Math.sqrt(dotOf(a, a));
  return vocabulary
    .map((row, id) => ({
      id,
      dot: dotOf(vector, row),
      cosine: norm(vector) * norm(row) === 0 ? 0 : dotOf(vector, row) / (norm(vector) * norm(row)),
      l2: norm(vector.map((x, j) => x - row[j])),
    }))
    .sort((a, b) => (metric === "l2" ? a.l2 - b.l2 : b[metric] - a[metric]) || a.id - b.id);
}

const matrixOf = (rows: number[][], width: number) => ({ matrix: Float32Array.from(rows.flat()), rows: rows.length, width });
/** Small whole numbers: sums are exact, and ties, equal rows and rows of norm 0 are common. */
const wholeRows = (width: number, rows: { minLength: number; maxLength: number }) =>
  fc.array(fc.array(fc.integer({ min: -2, max: 2 }), { minLength: width, maxLength: width }), rows);

describe("nearestTokens", () => {
  it("equals the naive search exactly, ties and zero rows included", async () => {
    const setting = fc.integer({ min: 1, max: 5 }).chain((width) =>
      fc.record({
        width: fc.constant(width),
        vectors: wholeRows(width, { minLength: 0, maxLength: 11 }),
        vocabulary: wholeRows(width, { minLength: 1, maxLength: 60 }),
        k: fc.integer({ min: 0, max: 70 }),
        excluded: fc.uniqueArray(fc.nat(60), { maxLength: 5 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(setting, async ({ width, vectors, vocabulary, k, excluded }) => {
        const found = await nearestTokens(Float32Array.from(vectors.flat()), matrixOf(vocabulary, width), { k, exclude: (id) => excluded.includes(id) });
        expect(found.length).toBe(vectors.length);
        vectors.forEach((vector, p) => {
          expect(found[p].norm).toBe(Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0)));
          for (const metric of nearnessMetrics) {
            const expected = naive(vector, vocabulary, metric).filter(({ id }) => !excluded.includes(id));
            expect(found[p][metric]).toEqual(expected.slice(0, k));
          }
        });
      }),
      { numRuns: 500 },
    );
  });

  it("finds what the naive search finds among real numbers, over several blocks", async () => {
    const width = 24;
    let seed = 1;
    const number = () => Math.fround(((seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5) * 0.3);
    const rows = (count: number) => Array.from({ length: count }, () => Array.from({ length: width }, number));
    const vocabulary = rows(3000);
    const vectors = [...rows(6), vocabulary[2999]];
    const found = await nearestTokens(Float32Array.from(vectors.flat()), matrixOf(vocabulary, width), { k: 8 });
    vectors.forEach((vector, p) => {
      for (const metric of nearnessMetrics) expect(found[p][metric]).toEqual(naive(vector, vocabulary, metric).slice(0, 8));
    });
    expect(found[6].l2[0]).toMatchObject({ id: 2999, l2: 0 });
    expect(found[6].cosine[0].cosine).toBeCloseTo(1, 14);
  });

  it("gives a vector of norm 0 the similarity 0 to everything", async () => {
    const found = await nearestTokens(new Float32Array(2), matrixOf([[3, 4], [0, 0], [1, 0]], 2), { k: 3 });
    expect(found[0].norm).toBe(0);
    expect(found[0].cosine.map(({ id, cosine }) => [id, cosine])).toEqual([[0, 0], [1, 0], [2, 0]]);
    expect(found[0].l2.map(({ id, l2 }) => [id, l2])).toEqual([[1, 0], [2, 1], [0, 5]]);
  });

  it("lists ten tokens unless told", async () => {
    const vocabulary = matrixOf(Array.from({ length: 30 }, (_, i) => [i]), 1);
    expect((await nearestTokens(Float32Array.of(1), vocabulary))[0].dot.map(({ id }) => id)).toEqual([29, 28, 27, 26, 25, 24, 23, 22, 21, 20]);
  });

  it("refuses what does not fit, and stops when told", async () => {
    const vocabulary = { matrix: new Float32Array(4000), rows: 2000, width: 2 };
    await expect(nearestTokens(new Float32Array(3), vocabulary)).rejects.toMatchObject({ kind: "model" });
    await expect(nearestTokens(Float32Array.of(1, NaN), vocabulary)).rejects.toBeInstanceOf(PromptTuningError);
    await expect(nearestTokens(new Float32Array(2), vocabulary, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "stopped" });
  });
});

describe("norms", () => {
  it("are Euclidean, row by row", () => {
    expect(Array.from(rowNorms(Float32Array.of(3, 4, 0, 0, 5, -12), 2))).toEqual([5, 0, 13]);
  });

  it("percentiles are linear between neighbours", () => {
    // numpy.percentile([1, 2, 4, 8], [0, 10, 50, 75, 100])
    expect([0, 10, 50, 75, 100].map((percent) => percentile([1, 2, 4, 8], percent))).toEqual([1, 1.3, 3, 5, 8]);
    expect(percentile([], 50)).toBeNaN();
    expect(percentile([7], 99.9)).toBe(7);
  });

  it("the distribution does not depend on the order of the rows", () => {
    const norms = Float64Array.from({ length: 1001 }, (_, i) => (i * 389) % 1001);
    const distribution = normDistribution(norms);
    expect(distribution).toMatchObject({ count: 1001, minimum: 0, maximum: 1000, mean: 500 });
    expect(distribution.standardDeviation).toBeCloseTo(Math.sqrt((1001 ** 2 - 1) / 12), 9);
    distribution.percentiles.forEach(({ percent, norm }) => expect(norm).toBeCloseTo(percent * 10, 9));
    const range = ordinaryNormRange(norms);
    expect(range.low).toBeCloseTo(1, 9);
    expect(range.high).toBeCloseTo(999, 9);
  });
});

describe("pairwiseSimilarity", () => {
  it("is the cosine of every pair", () => {
    const similarity = pairwiseSimilarity(Float32Array.of(1, 0, 2, 2, 0, 0, -3, 0), 2);
    const half = Math.SQRT1_2;
    const expected = [
      [1, half, 0, -1],
      [half, 1, 0, -half],
      [0, 0, 0, 0],
      [-1, -half, 0, 1],
    ];
    expected.forEach((row, a) => row.forEach((value, b) => expect(similarity[a][b]).toBeCloseTo(value, 12)));
  });
});
