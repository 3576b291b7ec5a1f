import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PromptTuningError } from "../../src/common/errors.js";
import type { DatasetNeeds } from "../../src/data/dataset.js";
import type { Example } from "../../src/data/example.js";
import { holdOut } from "../../src/data/hold-out.js";
import { limitExamples } from "../../src/data/limit.js";
import { loadDataset } from "../../src/data/load-dataset.js";

const classification: DatasetNeeds = { slots: ["text"], answer: "label" };
const columns = { text: "text", label: "label" };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ptune-set-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = (name: string, rows: readonly (readonly [string, string])[]): Promise<void> => writeFile(path.join(folder, name), ["label\ttext", ...rows.map((row) => row.join("\t"))].join("\n"));
const numbered = (count: number, start = 0): [string, string][] => Array.from({ length: count }, (_, i) => [i % 4 === 0 ? "spam" : "ham", `message number ${start + i}`]);
const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(PromptTuningError);
  return (error as PromptTuningError).describe();
};

describe("loading a dataset", () => {
  it("fills slots from columns, under other names", async () => {
    await put("train.tsv", numbered(8));
    await put("dev.tsv", numbered(4, 100));
    const set = await loadDataset({ train: "train.tsv", validation: "dev.tsv", test: "dev.tsv", columns: { message: "text", label: "label" } }, { slots: ["message"], answer: "label" }, 1, folder);
    expect(set).toMatchObject({ name: "train", labels: ["ham", "spam"] });
    expect(set.splits.train[3]).toEqual({ index: 3, fields: Object.assign(Object.create(null), { message: "message number 3" }), label: "ham" });
    expect(set.splits.test).toHaveLength(4);
    expect(set.notices.map(({ code }) => code)).toEqual(["leak"]);
    expect(set.notices[0].text).toContain("4 of the 4 rows of test also stand in validation");
  });

  it("reads outputs for generation", async () => {
    await writeFile(path.join(folder, "train.jsonl"), Array.from({ length: 40 }, (_, i) => JSON.stringify({ mr: `name ${i}`, ref: i === 0 ? "" : `It is ${i}.` })).join("\n"));
    const set = await loadDataset({ train: "train.jsonl", columns: { input: "mr", output: "ref" } }, { slots: ["input"], answer: "output" }, 1, folder);
    expect(set.labels).toEqual([]);
    expect(set.splits.train[0]).toMatchObject({ output: expect.any(String) });
    expect(set.notices.map(({ code }) => code).sort()).toEqual(["rows", "validation"]);
  });

  it("changes its hash with the content only", async () => {
    const load = async (rows: [string, string][], seed = 1): Promise<string> => {
      await put("train.tsv", rows);
      return (await loadDataset({ train: "train.tsv", columns }, classification, seed, folder)).hash;
    };
    const first = await load(numbered(50));
    expect(await load(numbered(50), 2)).toBe(first);
    expect(await load([...numbered(49), ["ham", "another"]])).not.toBe(first);
    expect(await load(numbered(50).map(([label, text], i) => [i === 7 ? "spam" : label, text]))).not.toBe(first);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
  });

  it("draws a limit with the seed", async () => {
    await put("train.tsv", numbered(400));
    await put("dev.tsv", numbered(100, 1000));
    const load = (seed: number): ReturnType<typeof loadDataset> => loadDataset({ train: "train.tsv", validation: "dev.tsv", columns, limit: { train: 100, validation: 10 } }, classification, seed, folder);
    const [one, again, two] = [await load(1), await load(1), await load(2)];
    expect(one.splits.train).toEqual(again.splits.train);
    expect(one.hash).not.toBe(two.hash);
    expect(one.splits.train.filter(({ label }) => label === "spam")).toHaveLength(25);
    expect(one.splits.validation).toHaveLength(10);
  });

  it("says which label, row, column or file is wrong", async () => {
    await put("train.tsv", [...numbered(9), ["eggs", "text"], ["bacon", "text"]]);
    const with_ = (change: object, needs: DatasetNeeds = classification): Promise<string> => failure(loadDataset({ train: "train.tsv", columns, ...change }, needs, 1, folder));
    expect(await with_({}, { ...classification, labels: ["ham", "spam"] })).toMatch(/row at 11: the label "eggs" is not in the verbalizer.*"ham", "spam"; missing: "bacon", "eggs"/);
    expect(await with_({ columns: { text: "body", label: "label" } })).toMatch(/no column "body".*"label", "text"/);
    expect(await with_({ columns: {} }, { slots: ["title"], answer: "label" })).toContain('no column "title"');
    expect(await with_({ test: "absent.tsv" })).toMatch(/There is no file .*absent.tsv/);
    await put("empty-label.tsv", [["ham", "a"], [" ", "b"]]);
    expect(await with_({ train: "empty-label.tsv" })).toMatch(/row at 3: the label is empty/);
    await put("one.tsv", numbered(40).map(([, text]) => ["ham", text]));
    expect(await with_({ train: "one.tsv" })).toContain("the same label");
    await put("short.tsv", [["ham", "a"]]);
    expect(await with_({ train: "short.tsv" })).toContain("too few different rows");
    await writeFile(path.join(folder, "hole.jsonl"), '{"text":"a","label":"x"}\n{"text":"b"}\n');
    expect(await with_({ train: "hole.jsonl" })).toMatch(/row at 2: there is no "label"/);
    expect(await failure(loadDataset("absent", classification, 1, folder))).toContain("no sample");
    expect(await failure(loadDataset("spam-assassin", { slots: ["title"], answer: "label" }, 1, folder))).toContain('no "title"');
  });

  it("tells about contradictions, labels never seen and empty texts", async () => {
    await put("train.tsv", [...numbered(60), ["spam", "Same   text"], ["ham", "same text"], ["ham", " "]]);
    await put("dev.tsv", numbered(4, 500));
    const set = await loadDataset({ train: "train.tsv", validation: "dev.tsv", columns }, { ...classification, labels: ["spam", "ham", "maybe"] }, 1, folder);
    expect(set.labels).toEqual(["spam", "ham", "maybe"]);
    expect(set.notices.map(({ code }) => code).sort()).toEqual(["contradiction", "empty-text", "unseen-label"]);
  });

  const sst2 = "../shared/data/sst2";
  it("loads sst2", async ({ skip }) => {
    if (!existsSync(sst2)) return skip(`${sst2} is absent`);
    const set = await loadDataset({ train: "train.tsv", validation: "dev.tsv", test: "test.tsv", columns }, { ...classification, labels: ["0", "1"] }, 1, path.resolve(sst2));
    expect([set.splits.train.length, set.splits.validation.length, set.splits.test?.length]).toEqual([6920, 872, 1821]);
  });
});

const example = fc.record({ text: fc.string({ maxLength: 12 }), label: fc.constantFrom("a", "b", "c") });
const toExamples = (rows: readonly { text: string; label: string }[]): Example[] => rows.map(({ text, label }, index) => ({ index, fields: { text }, label }));

describe("the part kept aside", () => {
  it("puts equal texts on one side, gives every label a share and loses nothing", () => {
    fc.assert(
      fc.property(fc.array(example, { minLength: 2, maxLength: 60 }), (rows) => {
        const { kept, aside } = holdOut(toExamples(rows));
        expect(kept.length + aside.length).toBe(rows.length);
        const texts = new Set(kept.map(({ fields }) => fields.text));
        expect(aside.some(({ fields }) => texts.has(fields.text))).toBe(false);
        for (const label of ["a", "b", "c"]) {
          const own = new Set(rows.filter((row) => row.label === label).map(({ text }) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim()));
          if (own.size > 1) expect(aside.some((row) => row.label === label)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("takes the same rows whatever stands around them, about a tenth of every label", () => {
    const rows = toExamples(numbered(4000).map(([label, text]) => ({ label, text })));
    const { aside } = holdOut(rows);
    const texts = new Set(aside.map(({ fields }) => fields.text));
    const half = holdOut(rows.filter((_, i) => i % 2 === 0)).aside.map(({ fields }) => fields.text);
    expect(half).toEqual(rows.filter((row, i) => i % 2 === 0 && texts.has(row.fields.text)).map(({ fields }) => fields.text));
    for (const label of ["ham", "spam"]) {
      const share = aside.filter((row) => row.label === label).length / rows.filter((row) => row.label === label).length;
      expect(share).toBeGreaterThan(0.06);
      expect(share).toBeLessThan(0.14);
    }
    expect(holdOut(toExamples(numbered(40_000).map(([label, text]) => ({ label, text })))).aside.length).toBeLessThan(1150);
  });
});

describe("a limit", () => {
  it("takes exactly so many, in order, with each label's share within one", () => {
    fc.assert(
      fc.property(fc.array(example, { minLength: 1, maxLength: 80 }), fc.integer({ min: 1, max: 80 }), fc.integer(), (rows, most, seed) => {
        const examples = toExamples(rows);
        const drawn = limitExamples(examples, most, seed, "train");
        expect(drawn).toHaveLength(Math.min(most, rows.length));
        expect(drawn.map(({ index }) => index)).toEqual([...drawn.map(({ index }) => index)].sort((a, b) => a - b));
        for (const label of ["a", "b", "c"]) {
          const exact = (rows.filter((row) => row.label === label).length * drawn.length) / rows.length;
          expect(Math.abs(drawn.filter((row) => row.label === label).length - exact)).toBeLessThan(1);
        }
      }),
      { numRuns: 500 },
    );
  });
});
