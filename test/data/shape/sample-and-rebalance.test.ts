import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { largestRemainders } from "../../../src/data/shape/largest-remainders.js";
import { orderByPlace } from "../../../src/data/shape/order-by-place.js";
import { rebalanceReportSchema, type RebalanceRule, rebalanceRows } from "../../../src/data/shape/rebalance-rows.js";
import { takeRows } from "../../../src/data/shape/row-copies.js";
import { sampleReportSchema, sampleRows } from "../../../src/data/shape/sample-rows.js";
import { openShared, rowsOf, sharedData } from "../rows-of.js";

type Row = readonly [text: string, label: string];
const rows = fc.array(fc.tuple(fc.string({ maxLength: 2 }), fc.constantFrom("a", "b", "c")), { maxLength: 60 });
const columns = { texts: ["text"], label: "label" };
const open = (list: readonly Row[], batch?: number) => rowsOf(["text", "label"], list, batch);
const fold = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();

describe("k rows a label", () => {
  it("draws different texts of one label, as many as asked for or as there are", async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.nat(8), fc.integer(), async (list, count, seed) => {
        const { copies, report } = await sampleRows(open(list), count, columns, seed);
        sampleReportSchema.parse(JSON.parse(JSON.stringify(report)));
        const taken = list.filter((_, i) => copies[i] === 1);
        expect(Math.max(0, ...copies)).toBeLessThanOrEqual(1);
        expect(new Set(taken.map(([text]) => fold(text))).size).toBe(taken.length);
        for (const entry of report) {
          const own = list.filter(([, label]) => label === entry.label);
          const clear = new Set(own.map(([text]) => fold(text)).filter((text) => list.every(([other, label]) => fold(other) !== text || label === entry.label)));
          expect(entry).toEqual({ label: entry.label, rows: own.length, texts: clear.size, taken: Math.min(count, clear.size) });
          expect(taken.filter(([, label]) => label === entry.label)).toHaveLength(entry.taken);
        }
        expect(report.map(({ label }) => label)).toEqual([...new Set(list.map(([, label]) => label))].sort());
      }),
    );
  });

  it("draws the same texts whatever the order, and a smaller sample is part of a larger one", async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.nat(6), fc.integer(), async (list, count, seed) => {
        const drawn = async (of: readonly Row[], k: number): Promise<string[]> => {
          const { copies } = await sampleRows(open(of, 5), k, columns, seed);
          return of.filter((_, i) => copies[i]).map(([text, label]) => `${label} ${fold(text)}`).sort();
        };
        const some = await drawn(list, count);
        expect(await drawn([...list].reverse(), count)).toEqual(some);
        expect(await drawn(list, count + 2)).toEqual(expect.arrayContaining(some));
      }),
    );
  });

  it("draws evenly: over many seeds every row comes about equally often", async () => {
    const list = Array.from({ length: 20 }, (_, i): Row => [`row ${i}`, "a"]);
    const counts = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 1000; seed++) (await sampleRows(open(list, 20), 5, columns, seed)).copies.forEach((copies, i) => (counts[i] += copies));
    // Expected 250 with a standard deviation of 13.7; five of them.
    for (const count of counts) expect(Math.abs(count - 250)).toBeLessThan(69);
  });
});

describe("rebalancing", () => {
  const rebalance = (list: readonly Row[], rule: Partial<RebalanceRule>) => rebalanceRows(open(list), { by: "drop", seed: 1, ...rule }, columns);

  it("gives labels their shares within one row; dropping copies nothing, repeating drops nothing", async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom("drop" as const, "repeat" as const), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }), fc.boolean(), async (list, by, weights, equal) => {
        const labels = [...new Set(list.map(([, label]) => label))].sort();
        const sum = labels.reduce((total, _, i) => total + weights[i], 0);
        const shares = labels.map((label, i) => ({ label, share: equal ? 1 / labels.length : weights[i] / sum }));
        const { copies, report } = await rebalance(list, { by, ...(equal ? {} : { shares }) });
        rebalanceReportSchema.parse(JSON.parse(JSON.stringify(report)));
        const total = report.reduce((rowsAfter, { after }) => rowsAfter + after, 0);
        for (const [i, { label, before, after, dropped, repeated, mostCopies }] of report.entries()) {
          const own = [...copies].filter((_, row) => list[row][1] === label);
          expect(own).toHaveLength(before);
          expect(own.reduce((count, one) => count + one, 0)).toBe(after);
          expect(own.filter((one) => one === 0)).toHaveLength(dropped);
          expect(own.reduce((count, one) => count + Math.max(0, one - 1), 0)).toBe(repeated);
          expect(Math.max(0, ...own)).toBe(mostCopies);
          expect(mostCopies - Math.min(...own)).toBeLessThanOrEqual(1);
          expect(Math.abs(after - total * shares[i].share)).toBeLessThanOrEqual(1 + 1e-6);
          if (by === "drop") expect(repeated).toBe(0);
          else expect(dropped).toBe(0);
        }
        // As much as the shares allow: some label keeps all its rows (within the rounding of its share).
        if (list.length > 0) expect(report.some(({ before, after, label }) => Math.abs(before - after) <= Math.ceil(shares.find((one) => one.label === label)!.share) + 1e-6)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("says what it did", async () => {
    const list = Array.from({ length: 12 }, (_, i): Row => [`row ${i}`, i < 9 ? "ham" : "spam"]);
    expect((await rebalance(list, { by: "drop" })).report).toEqual([
      { label: "ham", before: 9, after: 3, dropped: 6, repeated: 0, mostCopies: 1 },
      { label: "spam", before: 3, after: 3, dropped: 0, repeated: 0, mostCopies: 1 },
    ]);
    const { report, copies } = await rebalance(list, { by: "repeat", shares: [{ label: "ham", share: 0.25 }, { label: "spam", share: 0.75 }] });
    expect(report[1]).toEqual({ label: "spam", before: 3, after: 27, dropped: 0, repeated: 24, mostCopies: 9 });
    const taken: string[] = [];
    for await (const batch of takeRows(open(list), (row) => copies[row])()) taken.push(...batch.rows.map(([text]) => text!));
    expect(taken).toHaveLength(36);
    expect(taken.filter((text) => text === "row 10")).toHaveLength(9);
  });

  it("refuses shares that do not fit the labels, and copies that would fill the disk", async () => {
    const list: Row[] = [["x", "a"], ["y", "b"]];
    await expect(rebalance(list, { shares: [{ label: "a", share: 1 }] })).rejects.toMatchObject({ kind: "data", message: 'The label "b" has no share.' });
    await expect(rebalance(list, { shares: [{ label: "a", share: 0.5 }, { label: "b", share: 0.2 }, { label: "c", share: 0.3 }] })).rejects.toMatchObject({ message: 'No row has the label "c".' });
    await expect(rebalance(list, { shares: [{ label: "a", share: 0.5 }, { label: "b", share: 0.2 }] })).rejects.toMatchObject({ message: "The shares of the labels are 0.7 together." });
    await expect(rebalance(list, { by: "repeat", shares: [{ label: "a", share: 1 - 1e-9 }, { label: "b", share: 1e-9 }] })).rejects.toMatchObject({ message: "Repeating would make 1,000,000,000 rows." });
  });
});

describe("what they are made of", () => {
  it("largest remainders add up and are the exact shares rounded down or up", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 9 }), (total, weights) => {
        const shares = weights.map((weight) => weight / weights.reduce((sum, one) => sum + one, 0));
        const parts = largestRemainders(total, shares);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
        parts.forEach((part, i) => expect(Math.abs(part - total * shares[i])).toBeLessThan(1 + 1e-6));
      }),
    );
  });

  it("the order by place is that of a stable comparison, also where places agree in many bits", () => {
    const place = fc.oneof(fc.nat(2 ** 31).map((n) => n / 2 ** 48), fc.nat(5).map((n) => n / 8), fc.double({ min: 0, max: 0.999, noNaN: true }));
    fc.assert(
      fc.property(fc.array(place, { maxLength: 50 }), (places) => {
        const expected = places.map((_, i) => i).sort((a, b) => places[a] - places[b] || a - b);
        expect([...orderByPlace([...places.keys()], (i) => places[i])]).toEqual(expected);
      }),
    );
  });
});

describe.skipIf(!sharedData)("on real data (../shared/data)", () => {
  it("draws 16 messages a label of sms_spam and balances the set", async () => {
    const messages = await openShared("sms_spam/all.tsv");
    const { report } = await sampleRows(messages, 16, columns, 1);
    expect(report.map(({ label, rows: count, taken }) => [label, count, taken])).toEqual([["ham", 4827, 16], ["spam", 747, 16]]);
    expect((await rebalanceRows(messages, { by: "drop", seed: 1 }, columns)).report.map(({ after }) => after)).toEqual([747, 747]);
    expect((await rebalanceRows(messages, { by: "repeat", seed: 1 }, columns)).report.map(({ after, mostCopies }) => [after, mostCopies])).toEqual([[4827, 1], [4827, 7]]);
  });
});
