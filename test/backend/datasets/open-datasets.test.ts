import { readFileSync, rmSync, utimesSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { datasetQuality, profileColumns } from "../../../src/backend/datasets/dataset-quality.js";
import { describeDataset } from "../../../src/backend/datasets/describe-dataset.js";
import { OpenDatasets } from "../../../src/backend/datasets/open-datasets.js";
import { shownRows, wholeRow } from "../../../src/backend/datasets/shown-rows.js";
import { splitDataset } from "../../../src/backend/datasets/shape-dataset.js";
import { datasetQualitySchema, everyRow, mostCellCharacters, openedDatasetSchema, type RowFilter } from "../../../src/protocol/backend/datasets.js";
import { splitNames } from "../../../src/data/split-names.js";
import { csv, DescribedFolder, textAndLabel } from "./described.js";

const here = new DescribedFolder();
const options = { cache: here.cache };
const datasets = new OpenDatasets();
let pair: string;
let whole: string;

beforeAll(async () => {
  here.write("train.csv", csv(600));
  here.write("test.csv", csv(100, 590));
  here.write("whole.csv", csv(1000));
  pair = await here.describe("pair", { "train.csv": "train", "test.csv": "test" }, textAndLabel);
  whole = await here.describe("whole", { "whole.csv": null }, textAndLabel);
  await splitDataset(whole, { type: "stratified", shares: { train: 0.8, validation: 0.1, test: 0.1 }, seed: 1 }, options);
});
afterAll(() => here.dispose());

const numbers = async (file: string, filter: Partial<RowFilter>, from = 0, count = 100): Promise<number[]> => {
  const dataset = await datasets.open(file, options);
  return (await shownRows(dataset, { filter: { ...everyRow, ...filter }, columns: [0], from, count }, options)).map(({ row }) => row);
};

describe("an open data set", () => {
  it("is told as it is", async () => {
    const opened = describeDataset(await datasets.open(pair, options));
    expect(openedDatasetSchema.parse(opened)).toEqual(opened);
    expect(opened).toMatchObject({ name: "pair", rows: 700, columns: [{ name: "text", role: "text" }, { name: "label", role: "label" }], splits: [{ split: "train", rows: 600 }, { split: "test", rows: 100 }] });
  });

  it("gives rows by their number, in the columns that are asked for, and whole ones with their place", async () => {
    const dataset = await datasets.open(pair, options);
    const [last] = await shownRows(dataset, { filter: everyRow, columns: [1, 0], from: 699, count: 5 }, options);
    expect(last).toEqual({ row: 699, split: "test", cells: [{ text: "spam", cut: false }, { text: "free money offer 689", cut: false }] });
    expect(await wholeRow(dataset, 600)).toMatchObject({ split: "test", file: "test.csv", line: 2 });
    await expect(wholeRow(dataset, 700)).rejects.toThrow("no row 701");
  });

  it("cuts long cells, but never a character in two", async () => {
    here.write("long.csv", `text,label\n${"x".repeat(mostCellCharacters - 1)}😀😀,a\nshort,b\n`);
    const dataset = await datasets.open(await here.describe("long", { "long.csv": null }, textAndLabel), options);
    const [row] = await shownRows(dataset, { filter: everyRow, columns: [0], from: 0, count: 1 }, options);
    expect(row.cells[0]).toEqual({ text: "x".repeat(mostCellCharacters - 1), cut: true });
  });

  it("filters by text, label and split, alone and together", async () => {
    expect(await numbers(pair, { search: "LUNCH 59" })).toEqual(expect.arrayContaining([590, 592, 600, 602]));
    expect((await numbers(pair, { label: "spam", split: "test" })).length).toBe(50);
    expect(await numbers(pair, { split: "test" }, 95)).toEqual([695, 696, 697, 698, 699]);
    expect(await numbers(pair, { search: "no such text" })).toEqual([]);
  });

  it("knows the split of every row that a rule divides, and the row of every place in a split", async () => {
    const { splits, table } = await datasets.open(whole, options);
    const { counts } = JSON.parse(readFileSync(whole, "utf8")) as { counts: { split: "train" | "validation" | "test"; rows: number }[] };
    for (const { split, rows } of counts) expect(splits.count(split), split).toBe(rows);
    expect(table.rowCount).toBe(1000);
    const all = splitNames.flatMap((split) => Array.from({ length: splits.count(split) }, (_, n) => splits.nth(split, n)));
    expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    expect(splits.of(splits.nth("test", 3))).toBe("test");
    expect((await numbers(whole, { split: "validation" }, 0, 200)).length).toBe(splits.count("validation"));
  });

  it("is opened again when its source has changed, and is kept otherwise", async () => {
    here.write("moving.csv", csv(10));
    const file = await here.describe("moving", { "moving.csv": null }, textAndLabel);
    const first = await datasets.open(file, options);
    expect(await datasets.open(file, options)).toBe(first);
    const source = here.write("moving.csv", csv(12));
    utimesSync(source, new Date(), new Date(Date.now() + 5000));
    expect((await datasets.open(file, options)).table.rowCount).toBe(12);
    rmSync(source);
    await expect(datasets.open(file, options)).rejects.toThrow("There is no file");
  });

  it("can be cancelled, and is opened by the next call", async () => {
    here.write("cancelled.csv", csv(5000));
    const file = await here.describe("cancelled", { "cancelled.csv": null }, textAndLabel);
    const controller = new AbortController();
    const fresh = { cache: path.join(here.folder, "another-cache") };
    controller.abort();
    await expect(new OpenDatasets().open(file, { ...fresh, signal: controller.signal })).rejects.toMatchObject({ kind: "stopped" });
    expect((await new OpenDatasets().open(file, fresh)).table.rowCount).toBe(5000);
  });
});

describe("what is found in it", () => {
  it("are leaks, repeats and conflicts with rows that can be shown", async () => {
    const quality = await datasetQuality(await datasets.open(pair, options), options);
    expect(datasetQualitySchema.parse(quality)).toEqual(quality);
    expect(quality.duplicates.leaks).toMatchObject([{ part: "test", of: "train", rows: { identical: 10 } }]);
    const dataset = await datasets.open(pair, options);
    for (const [at, { members }] of quality.duplicates.listed.entries()) {
      for (const [place, { shown }] of members.entries()) {
        if (shown === null) continue;
        const { cells } = await wholeRow(dataset, quality.rows[at][place]);
        expect(cells[0]?.text).toBe(shown);
      }
    }
  });

  it("are characters and hints at the data set's own rows, also where a rule divides them", async () => {
    here.write("odd.csv", `text,label\n${Array.from({ length: 60 }, (_, at) => (at === 41 ? "odd \u202e text,a" : at === 17 ? "write to a@b.example,b" : `plain ${at},${at % 2 ? "a" : "b"}`)).join("\n")}\n`);
    const file = await here.describe("odd", { "odd.csv": null }, textAndLabel);
    await splitDataset(file, { type: "hash", shares: { train: 0.5, validation: 0.25, test: 0.25 }, seed: 3 }, options);
    const { suspicious, personal } = await datasetQuality(await datasets.open(file, options), options);
    expect(suspicious.found.bidirectional.examples.map(({ row }) => row)).toEqual([41]);
    expect(personal.found.email.examples.map(({ row }) => row)).toEqual([17]);
  });

  it("is a profile of every column", async () => {
    const [text, label] = await profileColumns(await datasets.open(pair, options), options);
    expect(text).toMatchObject({ column: "text", rows: 700, missing: 0, type: "text" });
    expect(label.balance?.labels).toEqual([{ label: "ham", count: 350 }, { label: "spam", count: 350 }]);
  });
});
