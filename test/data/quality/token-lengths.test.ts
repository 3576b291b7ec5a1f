import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenLengthCounter, tokenLengthsSchema } from "../../../src/data/quality/token-lengths.js";

/** Texts are their own lengths. */
const count = ([text]: readonly string[]): number => Number(text);

describe("lengths in tokens", () => {
  it("agree with counting every text while the sample holds them all", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 80 }), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 40 }), (lengths, limit, bars) => {
        const counter = new TokenLengthCounter(count, { limits: [limit], bars });
        for (const length of lengths) counter.add([String(length)]);
        const result = tokenLengthsSchema.parse(JSON.parse(JSON.stringify(counter.result())));
        expect(result).toMatchObject({ rows: lengths.length, counted: lengths.length, sampled: false });
        expect(result.histogram.length).toBeLessThanOrEqual(bars);
        for (const { from, to, count: inBar } of result.histogram) expect(lengths.filter((length) => length >= from && length <= to)).toHaveLength(inBar);
        expect(result.histogram.reduce((sum, bar) => sum + bar.count, 0)).toBe(lengths.length);
        expect(result.truncated[0].count).toBe(lengths.filter((length) => length > limit).length);
        if (lengths.length > 0) expect([result.quantiles!.least, result.quantiles!.most]).toEqual([Math.min(...lengths), Math.max(...lengths)]);
      }),
    );
  });

  it("are measured on a seeded sample where there are many, and say so", () => {
    const measure = (seed: number) => {
      const counter = new TokenLengthCounter(count, { limits: [74_999], mostCounted: 2000, seed });
      for (let i = 0; i < 100_000; i++) counter.add([String(i)]);
      return counter.result();
    };
    const result = measure(1);
    expect(result).toMatchObject({ rows: 100_000, counted: 2000, sampled: true });
    // A quarter is longer; five standard deviations of a binomial of 2,000.
    expect(Math.abs(result.truncated[0].share - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 2000));
    expect(measure(1)).toEqual(result);
    expect(measure(2)).not.toEqual(result);
  });
});
