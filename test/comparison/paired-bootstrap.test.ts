import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BinomialTable } from "../../src/comparison/binomial-table.js";
import { finished, pairedBootstrap } from "../../src/comparison/paired-bootstrap.js";
import { holm, verdictOf } from "../../src/comparison/verdict.js";
import reference from "./reference/bootstrap.json";

const bootstrap = (differences: readonly number[], options?: Parameters<typeof pairedBootstrap>[1]) => finished(pairedBootstrap(differences, options));

describe("the paired bootstrap", () => {
  it.each(reference.cases)("agrees with scipy.stats.bootstrap: $name", ({ differences, mean, interval, standardError, mcnemar }) => {
    const own = bootstrap(differences);
    expect(own.difference).toBeCloseTo(mean, 12);
    expect(own.resamples).toBe(10_000);
    // The 2.5 % quantile of 10,000 draws has a standard error of about 2.7 % of the distribution's own deviation; counts move in steps of one row.
    const step = mcnemar === undefined ? 0 : 1 / differences.length;
    for (const side of [0, 1]) expect(Math.abs(own.interval[side] - interval[side])).toBeLessThan(0.12 * standardError + step);
    // Another test of the same hypothesis: the same answer, about the same p.
    if (mcnemar !== undefined) expect(Math.abs(own.p - mcnemar)).toBeLessThan(0.02 + 0.25 * mcnemar);
  });

  it("is the same for the same seed, and another draw for another one", () => {
    const { differences } = reference.cases[4];
    expect(bootstrap(differences)).toEqual(bootstrap(differences));
    expect(bootstrap(differences, { seed: 2 }).interval).not.toEqual(bootstrap(differences).interval);
  });

  it("is exact where everything can be counted: one row of n differs", () => {
    // The count of that row in a resample is Binomial(n, 1/n); P(0) = (1 − 1/n)^n is what reaches from 1/n to 0.
    const rows = 50;
    const { p, interval } = bootstrap([1, ...new Array<number>(rows - 1).fill(0)], { resamples: 100_000 });
    const none = (1 - 1 / rows) ** rows;
    const one = (1 - 1 / rows) ** (rows - 1);
    expect(p).toBeCloseTo(1 - one, 2); // All but exactly one copy lies at least 1/n away from the mean of 1/n.
    expect(none).toBeGreaterThan(0.025);
    expect(interval).toEqual([0, 3 / rows]);
  });

  it("of runs that agree on every row says so without drawing", () => {
    expect(bootstrap([0, 0, 0])).toEqual({ rows: 3, differing: 0, difference: 0, interval: [0, 0], p: 1, resamples: 0 });
  });

  it("turned round gives the opposite; the interval holds the difference; p and interval tell the same story", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-1, 0, 0, 0, 1), { minLength: 20, maxLength: 300 }), (differences) => {
        const there = bootstrap(differences, { resamples: 2000 });
        const back = bootstrap(differences.map((difference) => -difference), { resamples: 2000 });
        expect(back.difference).toBeCloseTo(-there.difference, 12);
        expect(back.interval[0]).toBeCloseTo(-there.interval[1], 12);
        expect(back.p).toBe(there.p);
        expect(there.interval[0]).toBeLessThanOrEqual(there.difference + 1e-12);
        expect(there.interval[1]).toBeGreaterThanOrEqual(there.difference - 1e-12);
        if (there.p > 0.2) expect(there.interval[0]).toBeLessThanOrEqual(0.001 + Math.max(0, -there.interval[0]));
        if (there.p > 0.1) expect(verdictOf(there)).toMatch(/undecided|alike/);
      }),
      { numRuns: 60 },
    );
  });

  it("does not call chance a difference more often than it says", () => {
    // Two runs of equal worth: about 5 % of the comparisons may be called different.
    let called = 0;
    let state = 12345;
    const uniform = (): number => ((state = Math.imul(state, 1103515245) + 12345) >>> 8) / 2 ** 24;
    for (let trial = 0; trial < 300; trial++) {
      const differences = Array.from({ length: 200 }, () => Number(uniform() < 0.7) - Number(uniform() < 0.7));
      if (verdictOf(bootstrap(differences, { resamples: 500, seed: trial })) !== "undecided") called++;
    }
    expect(called).toBeGreaterThan(2);
    expect(called).toBeLessThan(33);
  });
});

describe("the table of a binomial distribution", () => {
  it.each([[10, 0.3], [400, 0.05], [100_000, 0.4], [1, 0.5], [1000, 0.999]])("of %d trials at %d has its mean and variance", (trials, chance) => {
    const table = new BinomialTable(trials, chance);
    const draws = Float64Array.from({ length: 20_000 }, (_, at) => table.outcome((at + 0.5) / 20_000));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length;
    const deviation = Math.sqrt(trials * chance * (1 - chance));
    expect(Math.abs(mean - trials * chance)).toBeLessThan(0.01 * deviation + 1e-3);
    expect(Math.abs(variance - deviation ** 2)).toBeLessThan(0.02 * deviation ** 2 + 1e-3);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(table.outcome(1 - 2 ** -53)).toBeLessThanOrEqual(trials);
  });
});

describe("Holm's correction", () => {
  it("is as R's p.adjust(method = \"holm\") gives it", () => {
    const corrected = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((value, at) => expect(corrected[at]).toBeCloseTo(value, 12));
    expect(holm([0.7, 0.8])).toEqual([1, 1]);
    expect(holm([0.2])).toEqual([0.2]);
  });

  it("never lowers a p-value nor changes the order", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (values) => {
        const corrected = holm(values);
        values.forEach((value, at) => expect(corrected[at]).toBeGreaterThanOrEqual(value));
        values.forEach((value, at) => values.forEach((other, place) => value < other && expect(corrected[at]).toBeLessThanOrEqual(corrected[place])));
      }),
    );
  });
});
