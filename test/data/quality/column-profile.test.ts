import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextHash } from "../../../src/common/text-hash.js";
import { kindOf } from "../../../src/data/quality/cell-kind.js";
import { type ColumnProfile, ColumnProfiler, columnProfileSchema } from "../../../src/data/quality/column-profile.js";
import { DistinctCounter } from "../../../src/data/quality/distinct-counter.js";
import { HashIndex } from "../../../src/data/quality/hash-index.js";
import { balanceOf } from "../../../src/data/quality/label-balance.js";

const profile = (cells: readonly (string | null | undefined)[]): ColumnProfile => {
  const profiler = new ColumnProfiler("column");
  for (const cell of cells) profiler.add(cell);
  return columnProfileSchema.parse(JSON.parse(JSON.stringify(profiler.result())));
};

describe("a column's profile", () => {
  it.each([
    ["integer", ["1", "-20", "+3", " 4 "]],
    ["number", ["1", "2.5", "-1e-3", ".5"]],
    ["boolean", ["true", "No", "YES", "false"]],
    ["date", ["2024-02-29", "2024-12-31T23:59:00Z", "31.12.2024", "12/31/2024"]],
    ["text", ["2023-02-29", "one", "two", "three"]],
    ["category", ["ham", "spam", "ham", "ham"]],
    ["empty", ["", null, "  ", undefined]],
  ])("tells a column of type %s", (type, cells) => {
    expect(profile(cells).type).toBe(type);
  });

  it.each([
    ["99/99/2024", "text"],
    ["1.2.3", "text"],
    ["1e", "text"],
    ["0x10", "text"],
    ["12345678901234567890", "number"],
    ["yesterday", "text"],
    ["1,5", "text"],
  ])("takes %s for a %s", (cell, kind) => {
    expect(kindOf(cell)).toBe(kind);
  });

  it("counts what is missing, and words that say so", () => {
    expect(profile(["a", "", null, "NA", "null", "  ", "Nancy"])).toMatchObject({ rows: 7, missing: 3, missingWords: 2, distinct: { count: 4, exact: true } });
  });

  it("names the first longest and shortest value, and gives labels with their balance", () => {
    const { longest, shortest, balance } = profile(["ham", "spam", "ham", "eggs", "ham", "spam", "ham", "ham"]);
    expect([longest, shortest]).toEqual([{ characters: 4, row: 1 }, { characters: 3, row: 0 }]);
    expect(balance!.labels).toEqual([{ label: "ham", count: 5 }, { label: "spam", count: 2 }, { label: "eggs", count: 1 }]);
    expect(balance!.imbalanceRatio).toBe(5);
    expect(balance!.entropy).toBeCloseTo(-(5 / 8) * Math.log2(5 / 8) - (2 / 8) * Math.log2(2 / 8) - (1 / 8) * Math.log2(1 / 8), 12);
  });

  it("agrees with counting everything (any cells)", () => {
    const cell = fc.oneof(fc.constantFrom("a", "b", "", "1", null, undefined), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 40 }), (cells) => {
        const values = cells.filter((one): one is string => typeof one === "string" && one.trim() !== "");
        const found = profile(cells);
        expect(found).toMatchObject({ rows: cells.length, missing: cells.length - values.length, distinct: { count: new Set(values).size, exact: true } });
        expect(Object.values(found.kinds).reduce((sum, count) => sum + count, 0)).toBe(values.length);
        expect(found.longest?.characters ?? 0).toBe(Math.max(0, ...values.map((one) => one.length)));
        expect(found.examples.every((example) => values.includes(example))).toBe(true);
        if (found.balance) expect(found.balance.labels.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
      }),
    );
  });

  it("calls labels of equal counts even", () => {
    expect(balanceOf(new Map([["a", 5], ["b", 5], ["c", 5]]))).toMatchObject({ evenness: 1, imbalanceRatio: 1, entropy: Math.log2(3) });
    expect(balanceOf(new Map([["a", 5]]))).toMatchObject({ evenness: 1, entropy: 0 });
  });
});

describe("counting different values", () => {
  it("is exact up to the bound and within five standard errors beyond", () => {
    const hash = new TextHash();
    for (const count of [1000, 1001, 20_000, 300_000]) {
      const counter = new DistinctCounter(1000);
      for (let i = 0; i < count; i++) {
        const { high, low } = hash.of(`value ${i}`);
        counter.add(high, low);
        if (i % 3 === 0) counter.add(high, low);
      }
      const result = counter.result();
      console.log(`${count} different values: ${result.count}${result.exact ? "" : `, estimated with an error of ${(100 * result.error).toFixed(1)} %`}`);
      expect(result.exact).toBe(count <= 1000);
      expect(Math.abs(result.count - count)).toBeLessThanOrEqual(5 * result.error * count);
    }
  });

  it("numbers hashes as a map does, also where halves of them collide", () => {
    const word = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 60 }), (pairs) => {
        const index = new HashIndex(4);
        const expected = new Map<string, number>();
        for (const [high, low] of pairs) {
          const key = `${high} ${low}`;
          expect(index.find(high, low)).toBe(expected.get(key) ?? -1);
          if (!expected.has(key)) expected.set(key, expected.size);
          expect(index.numberOf(high, low)).toBe(expected.get(key));
        }
        expect(index.size).toBe(expected.size);
      }),
    );
  });

  it("hashes different texts differently: no collision among 400,000 similar ones, in either half few more than chance has", () => {
    const hash = new TextHash();
    const index = new HashIndex();
    const highs = new Set<number>();
    const lows = new Set<number>();
    const count = 400_000;
    for (let i = 0; i < count; i++) {
      const { high, low } = hash.of(i % 2 ? `id ${i}` : `${i} is the row's number`);
      index.numberOf(high, low);
      highs.add(high);
      lows.add(low);
    }
    expect(index.size).toBe(count);
    // n²/2³³ = 18.6 collisions of 32 bits are expected.
    expect(count - highs.size).toBeLessThan(45);
    expect(count - lows.size).toBeLessThan(45);
  });

  it("hashes parts as their concatenation", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer(), (a, b, seed) => {
        const whole = new TextHash().of(a + b, seed);
        const parts = new TextHash().begin(seed).add(a).add(b).end();
        expect([parts.high, parts.low]).toEqual([whole.high, whole.low]);
        expect(whole.unit()).toBeGreaterThanOrEqual(0);
        expect(whole.unit()).toBeLessThan(1);
      }),
    );
  });
});
