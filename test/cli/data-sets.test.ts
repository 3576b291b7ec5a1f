import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCommand } from "../../src/cli/commands/data/add.js";
import { checkCommand } from "../../src/cli/commands/data/check.js";
import { exportCommand } from "../../src/cli/commands/data/export.js";
import { previewCommand } from "../../src/cli/commands/data/preview.js";
import { rebalanceCommand } from "../../src/cli/commands/data/rebalance.js";
import { sampleCommand } from "../../src/cli/commands/data/sample.js";
import { splitCommand } from "../../src/cli/commands/data/split.js";
import type { CommandContext } from "../../src/cli/context.js";
import { plainStyle } from "../../src/cli/output/style.js";
import { ProgressWriter, ResultWriter } from "../../src/cli/output/writer.js";

const shared = path.resolve(__dirname, "../../../shared/data");
const sets = existsSync(shared) ? readdirSync(shared).filter((name) => existsSync(path.join(shared, name, "PROVENANCE.md"))) : [];
if (sets.length === 0) console.warn(`The data sets of ${shared} are not there: they are not added, previewed and split.`);

let folder: string;
const cacheBefore = process.env.PTUNE_CACHE;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "ptune-sets-"));
  process.env.PTUNE_CACHE = path.join(folder, "cache");
});
afterAll(() => {
  if (cacheBefore === undefined) delete process.env.PTUNE_CACHE;
  else process.env.PTUNE_CACHE = cacheBefore;
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command with --json; returns what it printed. */
async function run(work: (context: CommandContext) => Promise<number>): Promise<any[]> {
  let out = "";
  const context: CommandContext = {
    results: new ResultWriter({ write: (text) => (out += text) }, true),
    progress: new ProgressWriter({ write: () => undefined }),
    style: plainStyle,
    json: true,
    runsRoot: folder,
    runsNamed: false,
    currentFolder: folder,
    invocation: "ptune",
    signal: new AbortController().signal,
  };
  expect(await work(context)).toBe(0);
  return out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}
const add = (files: readonly string[], to: string) => run((context) => addCommand(context, files, { to, overwrite: false, columns: {} }));

interface Told {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  /** Label → rows, where all are told. */
  readonly labels: Map<string, number>;
}

/** The table of a PROVENANCE.md: | file | rows | bytes | labels | … of the files that are there. */
function provenance(set: string): Told[] {
  const lines = readFileSync(path.join(shared, set, "PROVENANCE.md"), "utf8").split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  return lines.flatMap(([, file, rows, bytes, labels]) => {
    if (!/\.(tsv|jsonl)$/.test(file ?? "") || !/^\d+$/.test(rows) || !existsSync(path.join(shared, set, file))) return [];
    const told = /;/.test(labels) ? [] : labels.split(", ").map((label) => /^(.+) (\d+)$/.exec(label));
    return [{ file, rows: Number(rows), bytes: Number(bytes), labels: new Map(told.flatMap((match) => (match ? [[match[1].toLowerCase(), Number(match[2])]] : []))) }];
  });
}

describe.skipIf(sets.length === 0)("every data set beside the repository", () => {
  it.each(sets)("%s is added, previewed and split, with the counts of its PROVENANCE.md", async (set) => {
    const files = provenance(set);
    expect(files.length).toBeGreaterThan(0);
    let counted = 0;
    for (const { file, rows, bytes, labels } of files) {
      const to = `${set}-${file.replaceAll("/", "-")}.ptune-data.json`;
      const [{ description }] = await add([path.join(shared, set, file)], to);
      expect(description.source.files).toMatchObject([{ rows, size: bytes }]);
      const [{ labels: found }] = description.counts;
      const names = new Map<string, number>((found ?? []).map(({ label, rows: each }: { label: string; rows: number }) => [label.toLowerCase(), each]));
      if ([...labels.keys()].every((label) => names.has(label)) && labels.size > 0) {
        expect(Object.fromEntries(names)).toEqual(Object.fromEntries(labels));
        counted++;
      }
      const shown = await run((context) => previewCommand(context, to, { from: rows, rows: 5 }));
      expect(shown).toMatchObject([{ type: "row", row: rows }]);
      expect(Object.keys(shown[0].cells)).toEqual(description.columns.map(({ name }: { name: string }) => name));
      const [{ counts }] = await run((context) => splitCommand(context, to, { shares: [0.8, 0.1, 0.1], seed: 1 }));
      expect(counts.reduce((sum: number, split: { rows: number }) => sum + split.rows, 0)).toBe(rows);
      expect(counts.map(({ split }: { split: string }) => split)).toEqual(["train", "validation", "test"]);
      const again = await run((context) => splitCommand(context, to, { shares: [0.8, 0.1, 0.1], seed: 1 }));
      expect(again[0].counts).toEqual(counts);
    }
    // Sets whose labels are told one by one, and not as lengths or kinds of sentences.
    if (!["banking77", "e2e_nlg", "wnut17"].includes(set)) expect(counted).toBe(files.length);
  }, 120_000);

  it("finds the known leaks: texts that mr shares with sst2, repeats inside sms_spam", async () => {
    await run((context) => addCommand(context, [], { train: path.join(shared, "sst2/train.tsv"), test: path.join(shared, "mr/test.tsv"), to: "leak.ptune-data.json", overwrite: false, columns: {} }));
    const [{ duplicates: across }] = await run((context) => checkCommand(context, "leak.ptune-data.json", { threshold: 0.7 }));
    const [leak] = across.leaks;
    // OVERLAPS.md counts 525 distinct texts by another folding of accents: at least those, hardly more.
    expect(leak).toMatchObject({ part: "test", of: "train" });
    expect(leak.rows.sameLetters).toBeGreaterThanOrEqual(525);
    expect(leak.rows.sameLetters).toBeLessThanOrEqual(530);
    await add([path.join(shared, "sms_spam/all.tsv")], "repeats.ptune-data.json");
    const [{ duplicates: within }] = await run((context) => checkCommand(context, "repeats.ptune-data.json", { threshold: 0.7 }));
    // PROVENANCE.md: 415 exact repeats, 443 after folding punctuation and accents.
    expect(within.repeats.identical).toBeGreaterThanOrEqual(415);
    expect(within.repeats.sameLetters).toBeGreaterThanOrEqual(within.repeats.identical);
  }, 120_000);
});

describe("data sets of one's own", () => {
  it("are split, sampled, rebalanced and exported into new files", async () => {
    writeFileSync(path.join(folder, "mails.csv"), `text,label\n${Array.from({ length: 60 }, (_, at) => (at % 3 === 0 ? `free money offer ${at},spam` : `see you at lunch ${at},ham`)).join("\n")}\n`);
    await add(["mails.csv"], "mails.ptune-data.json");
    const name = "mails.ptune-data.json";
    await expect(run((context) => exportCommand(context, name, { to: "test.csv", overwrite: false, split: "test" }))).rejects.toMatchObject({ kind: "data" });
    const [split] = await run((context) => splitCommand(context, name, { shares: [0.5, 0, 0.5], seed: 1 }));
    expect(split).toMatchObject({ type: "dataset-split", splits: { type: "stratified" } });

    const few = path.join(folder, "few.csv");
    expect(await run((context) => sampleCommand(context, name, { k: 3, seed: 1, to: "few.csv", overwrite: false }))).toMatchObject([
      { type: "sample", report: [{ label: "ham", taken: 3 }, { label: "spam", taken: 3 }] },
      { type: "rows-written", file: few, rows: 6 },
    ]);
    expect(readFileSync(few, "utf8").trim().split("\n")).toHaveLength(7);

    const [rebalanced, written] = await run((context) => rebalanceCommand(context, name, { by: "drop", seed: 1, to: "even.csv", overwrite: false }));
    expect(rebalanced.report.map(({ after }: { after: number }) => after)).toEqual([10, 10]);
    expect(written).toMatchObject({ type: "rows-written", rows: 20 });

    expect(await run((context) => exportCommand(context, name, { to: "all.jsonl", overwrite: false }))).toMatchObject([{ type: "rows-written", rows: 60 }]);
    expect(await run((context) => exportCommand(context, name, { to: "test.csv", overwrite: false, split: "test" }))).toMatchObject([{ type: "rows-written", rows: 30 }]);
  });
});
