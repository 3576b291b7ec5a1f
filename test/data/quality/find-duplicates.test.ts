import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { duplicateReportSchema } from "../../../src/data/quality/duplicates-schema.js";
import { type Duplicates, findDuplicates } from "../../../src/data/quality/find-duplicates.js";
import { jaccard, shinglesOf, wordHashes } from "../../../src/data/quality/shingles.js";
import { wordsOf } from "../../../src/data/quality/words.js";
import type { OpenRows } from "../../../src/data/row-stream.js";
import { openShared, rowsOf, sharedData } from "../rows-of.js";

const find = (parts: Record<string, readonly (readonly [text: string | null, label?: string])[]>, options: Partial<Parameters<typeof findDuplicates>[1]> = {}): Promise<Duplicates> =>
  findDuplicates(
    Object.entries(parts).map(([name, rows]) => ({ name, open: rowsOf(["text", "label"], rows.map(([text, label]) => [text, label ?? null])) })),
    { columns: ["text"], label: "label", ...options },
  );

const sentence = "the quick brown fox jumps over the lazy dog while twenty other animals look on from behind the old fence";

describe("duplicates", () => {
  it("tells how alike rows are", async () => {
    const { report, groupOf } = await find({ train: [["Free  entry!", "spam"], ["free entry!", "spam"], ["free-entry", "spam"], [sentence], [sentence.replace("lazy", "tired")], ["something else"], [""], [null]] });
    expect(report.repeats).toEqual({ identical: 1, sameLetters: 2, near: 3 });
    expect(report.groups).toEqual({ identical: 1, sameLetters: 1, near: 2 });
    expect(report.empty).toBe(2);
    expect([...groupOf]).toEqual([0, 0, 0, 1, 1, 3, -1, -1]);
    expect(report.listed.map(({ likeness, rows }) => [likeness, rows])).toEqual([["sameLetters", 3], ["near", 2]]);
    expect(report.listed[1].similarity).toBeCloseTo(15 / 21, 9);
    duplicateReportSchema.parse(JSON.parse(JSON.stringify(report)));
  });

  it("does not take smileys, signs and empty texts for each other", async () => {
    const { report } = await find({ all: [[":)"], [":("], ["ok :)"], ["ok :("], [" "], [""], ["\t"]] });
    expect(report.repeats).toEqual({ identical: 0, sameLetters: 1, near: 1 });
  });

  it("counts leaks both ways and lists conflicts first", async () => {
    const { report } = await find({ train: [["a b c", "x"], ["a b c", "x"], ["d e f", "x"], ["g h i", "y"], ["g h i", "x"]], test: [["A b c", "x"], ["new text", "y"], ["d, e, f", "y"]] });
    expect(report.leaks).toEqual([{ part: "test", of: "train", rows: { identical: 1, sameLetters: 2, near: 2 }, rowsOf: { identical: 2, sameLetters: 3, near: 3 } }]);
    expect(report.conflicts).toEqual({ identical: 1, sameLetters: 2, near: 2 });
    expect(report.listed[0]).toMatchObject({ conflict: true, likeness: "sameLetters", parts: [{ part: "train", rows: 1 }, { part: "test", rows: 1 }] });
    expect(report.listed[0].members[1]).toEqual({ part: "test", row: 2, label: "y", shown: "d, e, f" });
  });

  it("compares sentences of scripts without spaces", async () => {
    const { report } = await find({ all: [["这部电影非常好看，我和我的朋友们都很喜欢它的音乐和演员的表演"], ["这部电影非常好看，我和我的朋友们都很喜欢它的音乐和演员的演出"], ["今天天气不错"]] });
    expect(report.repeats.near).toBe(1);
  });

  it("shows what it found harmlessly", async () => {
    const { report } = await find({ all: [["\u202eevil\u0007 text"], ["\u202eevil\u0007 text"]] });
    expect(report.listed[0].members[0].shown).toBe("<U+202E>evil␇ text");
  });

  it("joins exactly the rows that comparing all pairs joins (vocabulary of four words, 200 times)", async () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 14 }).map((words) => words.join(" "));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 14 }), fc.nat(14), async (texts, cut) => {
        const { groupOf, report } = await find({ train: texts.slice(0, cut).map((one) => [one]), test: texts.slice(cut).map((one) => [one]) }, { threshold: 0.9 });
        const sets = texts.map((one) => shinglesOf(wordHashes(wordsOf(one))));
        const alike = (i: number, j: number): boolean => texts[i].replaceAll(" ", "") === texts[j].replaceAll(" ", "") || jaccard(sets[i], sets[j]) >= 0.9;
        const groups = texts.map((_, i) => i);
        for (let pass = 0; pass < texts.length; pass++) for (let i = 0; i < texts.length; i++) for (let j = 0; j < i; j++) if (alike(i, j)) groups[i] = groups[j] = Math.min(groups[i], groups[j]);
        for (let i = 0; i < texts.length; i++) for (let j = 0; j < i; j++) expect(groupOf[i] === groupOf[j]).toBe(groups[i] === groups[j]);
        expect(report.repeats.near).toBe(texts.length - new Set(groups).size);
        const leaking = texts.filter((_, i) => i >= cut && groups.slice(0, cut).includes(groups[i])).length;
        expect(report.leaks[0]?.rows.near ?? 0).toBe(leaking);
      }),
      { numRuns: 200 },
    );
  });

  it("finds the same whatever the batches are", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [`row ${i % 25} of many with some words that make it longer than three shingles`, `${i % 2}`] as const);
    const reports = await Promise.all([1, 7, 100].map((batch) => findDuplicates([{ name: "all", open: rowsOf(["text", "label"], rows, batch) }], { columns: ["text"], label: "label" })));
    expect(reports[1].report).toEqual(reports[0].report);
    expect(reports[2].report).toEqual(reports[0].report);
    expect(reports[0].report.repeats.identical).toBe(35);
  });

  it("says what its bounds left out", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [sentence.replace("lazy", `lazy${i}`)] as const);
    expect((await find({ all: rows })).report).toMatchObject({ repeats: { near: 39 }, search: { textsNotSearched: 0, textsNotKept: 0, textsCutShort: 0 } });
    expect((await find({ all: rows }, { mostSearched: 10 })).report).toMatchObject({ repeats: { near: 9 }, search: { textsNotSearched: 30 } });
    const { report } = await find({ all: rows }, { mostShingles: 100 });
    expect(report.repeats.near).toBe(4);
    expect(report.search.textsNotKept).toBe(35);
  });

  it("stops when told, and names a column that is not there", async () => {
    const parts = [{ name: "train", open: rowsOf(["text"], [["a"]]) }];
    await expect(findDuplicates(parts, { columns: ["text"], signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "stopped" });
    await expect(findDuplicates(parts, { columns: ["txt"] })).rejects.toMatchObject({ kind: "data", message: 'train has no column "txt".', advice: 'Did you mean "text"?' });
  });
});

function longerThan(letters: number, open: OpenRows): OpenRows {
  return async function* () {
    for await (const { columns, rows } of open()) yield { columns, rows: rows.filter((cells) => cells[columns.indexOf("text")]!.normalize("NFKC").replace(/[^\p{L}\p{N}]/gu, "").length > letters) };
  };
}

describe.skipIf(!sharedData)("the known leaks of real data (../shared/data)", () => {
  it("finds the sentences that sst2, mr and subj share, as OVERLAPS.md counts them", async () => {
    const pairs = [...readFileSync(path.join(sharedData!, "OVERLAPS.md"), "utf8").matchAll(/^\| (\S+\.tsv) \| (mr\S+\.tsv) \| (\d+) \|/gm)]
      .map(([, a, b, distinct]) => ({ a, b, distinct: Number(distinct) }))
      .filter(({ a }) => !a.includes("phrases"));
    expect(pairs).toHaveLength(9);
    const names = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].sort();
    // OVERLAPS.md leaves texts of 12 letters and digits or fewer out.
    const parts = await Promise.all(names.map(async (name) => ({ name, open: longerThan(12, await openShared(name)) })));
    const { report } = await findDuplicates(parts, { columns: ["text"], label: "label" });
    for (const { a, b, distinct } of pairs) {
      // Rows of sst2 and rows of mr; the file counts different texts, and mr repeats none.
      const leak = report.leaks.find(({ part, of }) => part === a && of === b)!;
      console.log(`${a} in ${b}: ${leak.rowsOf.identical} identical, ${leak.rowsOf.sameLetters} of the same letters (OVERLAPS.md: ${distinct}), ${leak.rowsOf.near} near`);
      expect(leak.rowsOf.sameLetters).toBe(distinct);
    }
  });

  it("finds the repeats inside sms_spam, as PROVENANCE.md counts them, and its files inside each other", async () => {
    const [, exact, folded] = /^\| all\.tsv \| 5574 \|.*?\| .*?\| (\d+) \| (\d+) \|/m.exec(readFileSync(path.join(sharedData!, "sms_spam/PROVENANCE.md"), "utf8"))!.map(Number);
    const { report } = await findDuplicates([{ name: "all", open: await openShared("sms_spam/all.tsv") }], { columns: ["text"], label: "label" });
    console.log(`sms_spam/all.tsv: ${JSON.stringify(report.repeats)}, conflicts ${JSON.stringify(report.conflicts)}`);
    expect(report.repeats.identical).toBeGreaterThanOrEqual(exact);
    // PROVENANCE.md's folding leaves a few differences that "the same letters and digits" does not.
    expect(report.repeats.sameLetters).toBeGreaterThanOrEqual(folded);
    expect(report.repeats.sameLetters).toBeLessThan(folded * 1.01);
    expect(report.repeats.near).toBeGreaterThan(report.repeats.sameLetters);
    expect(report.conflicts.sameLetters).toBe(0);
    const files = await Promise.all(["train", "dev", "test"].map(async (name) => ({ name, open: await openShared(`sms_spam/${name}.tsv`) })));
    expect((await findDuplicates(files, { columns: ["text"] })).report.leaks.every(({ rows }) => rows.sameLetters === 0)).toBe(true);
  });
});
