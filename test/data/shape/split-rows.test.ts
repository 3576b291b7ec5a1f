import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitNames } from "../../../src/data/dataset.js";
import type { SplitRule } from "../../../src/data/description/schema.js";
import { rowsOfSplit } from "../../../src/data/shape/row-copies.js";
import { splitReportSchema, type RowSplits, splitRows } from "../../../src/data/shape/split-rows.js";
import { openShared, rowsOf, sharedData } from "../rows-of.js";

type Row = readonly [text: string, label: string, group: string];
const columns = ["text", "label", "author"];
const split = (rows: readonly Row[], rule: SplitRule, batch?: number): Promise<RowSplits> => splitRows(rowsOf(columns, rows, batch), rule, { texts: ["text"], label: "label" });
const namesOf = ({ splitOf }: RowSplits): string[] => [...splitOf].map((number) => splitNames[number]);

const shares = fc
  .tuple(fc.nat(10), fc.nat(10), fc.nat(10))
  .filter((parts) => parts.some((part) => part > 0))
  .map((parts) => {
    const sum = parts[0] + parts[1] + parts[2];
    return { train: parts[0] / sum, validation: parts[1] / sum, test: parts[2] / sum };
  });
const row = fc.tuple(fc.string({ maxLength: 3 }), fc.constantFrom("a", "b", "c"), fc.constantFrom("", "ann", "bob", "cem", "dia"));
const rows = fc.array(row, { maxLength: 60 });
const differentRows = fc.uniqueArray(row, { maxLength: 80, selector: ([text]) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim() });
const rule = fc.oneof(
  fc.record({ type: fc.constant("hash" as const), shares, seed: fc.integer() }),
  fc.record({ type: fc.constant("stratified" as const), shares, seed: fc.integer() }),
  fc.record({ type: fc.constant("grouped" as const), column: fc.constant("author"), shares, seed: fc.integer() }),
);

describe("splits", () => {
  it("are complete and disjoint, and say how many rows went where", async () => {
    await fc.assert(
      fc.asyncProperty(rows, rule, async (list, oneRule) => {
        const result = await split(list, oneRule);
        splitReportSchema.parse(JSON.parse(JSON.stringify(result.report)));
        expect(result.splitOf).toHaveLength(list.length);
        const again: (string | null)[][] = [];
        for (const [i, name] of splitNames.entries()) {
          let count = 0;
          for await (const batch of rowsOfSplit(rowsOf(columns, list), result.splitOf, name)()) {
            count += batch.rows.length;
            again.push(...batch.rows.map((cells) => [...cells]));
          }
          expect(result.report[i]).toMatchObject({ split: name, rows: count });
          expect(result.report[i].labels.reduce((sum, label) => sum + label.rows, 0)).toBe(count);
        }
        expect(again.map(String).sort()).toEqual(list.map(String).sort());
      }),
    );
  });

  it("do not depend on the order of the rows, nor on batches, and keep equal rows together", async () => {
    await fc.assert(
      fc.asyncProperty(rows, rule, fc.array(fc.nat(), { minLength: 60, maxLength: 60 }), async (list, oneRule, keys) => {
        const order = list.map((_, i) => i).sort((a, b) => keys[a] - keys[b] || a - b);
        const one = namesOf(await split(list, oneRule));
        const other = namesOf(await split(order.map((i) => list[i]), oneRule, 7));
        order.forEach((i, at) => expect(other[at]).toBe(one[i]));
        const key = ([text, , group]: Row): string => (oneRule.type === "grouped" && group !== "" ? group : `text ${text}`);
        list.forEach((a, i) => list.forEach((b, j) => key(a) === key(b) && expect(one[i]).toBe(one[j])));
      }),
    );
  });

  it("by hash do not change for a row whatever other rows come or go", async () => {
    await fc.assert(
      fc.asyncProperty(rows, rows, shares, fc.integer(), async (list, others, theShares, seed) => {
        const byHash = { type: "hash" as const, shares: theShares, seed };
        const alone = namesOf(await split(list, byHash));
        const among = namesOf(await split([...others, ...list, ...others], byHash)).slice(others.length, others.length + list.length);
        expect(among).toEqual(alone);
      }),
    );
  });

  it("by hash leave test as it is when train gives rows to validation", async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer(), async (list, seed) => {
        const few = namesOf(await split(list, { type: "hash", shares: { train: 0.7, validation: 0.1, test: 0.2 }, seed }));
        const more = namesOf(await split(list, { type: "hash", shares: { train: 0.5, validation: 0.3, test: 0.2 }, seed }));
        few.forEach((name, i) => name !== "train" && expect(more[i]).toBe(name));
      }),
    );
  });

  it("by hash are the same on every machine (a change here would move rows of people's data)", async () => {
    const list = Array.from({ length: 12 }, (_, i): Row => [`row ${i}`, "a", ""]);
    expect(namesOf(await split(list, { type: "hash", shares: { train: 0.5, validation: 0.25, test: 0.25 }, seed: 1 })).map((name) => name[0]).join("")).toMatchInlineSnapshot(`"tttttttttttt"`);
  });

  it("by hash meet the shares of many rows, with each seed another way", async () => {
    const list = Array.from({ length: 20_000 }, (_, i): Row => [`row ${i}`, "a", ""]);
    const seen = new Set<string>();
    for (const seed of [0, 1, 2, -5]) {
      const result = await split(list, { type: "hash", shares: { train: 0.8, validation: 0.1, test: 0.1 }, seed }, 256);
      // Five standard deviations of a binomial.
      for (const [i, share] of [0.8, 0.1, 0.1].entries()) expect(Math.abs(result.report[i].rows - share * 20_000)).toBeLessThan(5 * Math.sqrt(20_000 * share * (1 - share)));
      seen.add(namesOf(result).slice(0, 200).join());
    }
    expect(seen.size).toBe(4);
  });

  it("stratified give every label its shares within one row, and the whole within as much as labels allow", async () => {
    await fc.assert(
      fc.asyncProperty(differentRows, shares, fc.integer(), async (list, theShares, seed) => {
        const { report } = await split(list, { type: "stratified", shares: theShares, seed });
        for (const { split: name, labels, rows: total } of report) {
          for (const { label, rows: count } of labels) {
            const exact = list.filter((one) => one[1] === label).length * theShares[name];
            expect(Math.abs(count - exact)).toBeLessThan(1 + 1e-6);
          }
          expect(Math.abs(total - list.length * theShares[name])).toBeLessThan(2);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("stratified meet the whole's shares with many rare labels", async () => {
    const list = Array.from({ length: 900 }, (_, i): Row => [`row ${i}`, `label ${i % 300}`, ""]);
    const { report } = await split(list, { type: "stratified", shares: { train: 0.8, validation: 0.1, test: 0.1 }, seed: 1 });
    expect(report.map((one) => one.rows)).toEqual([720, 90, 90]);
  });

  it("grouped give no split more than its share by a whole group", async () => {
    await fc.assert(
      fc.asyncProperty(rows, shares, fc.integer(), async (list, theShares, seed) => {
        const { report } = await split(list, { type: "grouped", column: "author", shares: theShares, seed });
        const sizes = new Map<string, number>();
        for (const [text, , group] of list) sizes.set(group || `text ${text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim()}`, (sizes.get(group || `text ${text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim()}`) ?? 0) + 1);
        const largest = Math.max(0, ...sizes.values());
        for (const { split: name, rows: count } of report) expect(count).toBeLessThan(list.length * theShares[name] + largest + 1e-9);
      }),
    );
  });

  it("name a column that is not there, and stop when told", async () => {
    const open = rowsOf(["text"], [["a"]]);
    const grouped = { type: "grouped" as const, column: "author", shares: { train: 1, validation: 0, test: 0 }, seed: 1 };
    await expect(splitRows(open, grouped, { texts: ["text"] })).rejects.toMatchObject({ kind: "data", message: 'The data set has no column "author".' });
    await expect(splitRows(open, { ...grouped, type: "hash" } as SplitRule, { texts: ["text"] }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "stopped" });
  });
});

describe.skipIf(!sharedData)("splits of real data (../shared/data)", () => {
  it("of banking77 keep 77 labels' shares within one row", async () => {
    const open = await openShared("banking77/train.tsv");
    const { report } = await splitRows(open, { type: "stratified", shares: { train: 0.8, validation: 0.1, test: 0.1 }, seed: 1 }, { texts: ["text"], label: "label" });
    expect(report.map((one) => one.labels.length)).toEqual([77, 77, 77]);
    const total = report.reduce((sum, one) => sum + one.rows, 0);
    expect(total).toBe(10_003);
    report[2].labels.forEach(({ rows: inTest }, i) => {
      const all = report.reduce((sum, one) => sum + one.labels[i].rows, 0);
      // Two rows: a text that stands there twice goes as one.
      expect(Math.abs(inTest - all / 10)).toBeLessThan(2);
    });
  });
});
