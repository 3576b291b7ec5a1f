import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addDataset, lookAtFiles } from "../../../src/backend/datasets/add-dataset.js";
import { OpenDatasets } from "../../../src/backend/datasets/open-datasets.js";
import { chooseColumns, exportDataset, rebalanceDataset, sampleDataset, splitDataset } from "../../../src/backend/datasets/shape-dataset.js";
import { suggestExperiment } from "../../../src/backend/datasets/suggest-experiment.js";
import { newExperimentText } from "../../../src/experiment/new-experiment.js";
import { validateExperimentText } from "../../../src/experiment/load-experiment.js";
import { lookedAtSchema, suggestedExperimentSchema } from "../../../src/protocol/backend/dataset-shaping.js";
import { csv, DescribedFolder, textAndLabel } from "./described.js";

const here = new DescribedFolder();
const options = { cache: here.cache };
let file: string;
let source: string;

beforeAll(async () => {
  source = here.write("mails.csv", csv(200) + Array.from({ length: 40 }, (_, at) => `rare text ${at},rare`).join("\n"));
  file = await here.describe("mails", { "mails.csv": null }, textAndLabel);
});
afterAll(() => here.dispose());

const read = (name = file) => JSON.parse(readFileSync(name, "utf8")) as { columns: { name: string; role?: string }[]; counts: { split: string; rows: number; labels?: { label: string; rows: number }[] }[]; splits?: { type: string } };

describe("adding", () => {
  it("looks at files first: how they are read, what the columns are, the first rows", async () => {
    const looked = await lookAtFiles([source], {});
    expect(lookedAtSchema.parse(looked)).toEqual(looked);
    expect(looked).toMatchObject({ files: [{ path: source, split: null, reading: "CSV, UTF-8, comma" }], columns: [{ name: "text", role: "text" }, { name: "label", role: "label" }] });
    expect(looked.rows[0][0]).toEqual({ text: "see you at lunch 0", cut: false });
  });

  it("writes exactly the roles that are given, and never over a description that is there", async () => {
    const target = path.join(here.folder, "unlabelled.ptune-data.json");
    const added = { name: "unlabelled", source: { type: "files" as const, files: [{ path: source, split: null }] }, roles: [{ column: "text", role: "input" as const }], target, overwrite: false };
    expect(await addDataset(added, options)).toEqual({ rows: 240, notices: [] });
    expect(read(target).columns).toEqual([{ name: "text", role: "input" }, { name: "label" }]);
    expect(read(target).counts).toEqual([{ split: "train", rows: 240 }]);
    const before = readFileSync(target, "utf8");
    await expect(addDataset({ ...added, roles: [] }, options)).rejects.toMatchObject({ kind: "usage" });
    expect(readFileSync(target, "utf8")).toBe(before);
  });
});

describe("shaping", () => {
  it("splits by a rule that stands in the description, and leaves the data alone", async () => {
    const before = readFileSync(source, "utf8");
    const counts = await splitDataset(file, { type: "stratified", shares: { train: 0.5, validation: 0.25, test: 0.25 }, seed: 1 }, options);
    expect(counts.map(({ split, rows }) => [split, rows])).toEqual([["train", 120], ["validation", 60], ["test", 60]]);
    expect(read()).toMatchObject({ splits: { type: "stratified" }, counts });
    expect(readFileSync(source, "utf8")).toBe(before);
  });

  it("counts the labels of other columns again", async () => {
    await chooseColumns(file, [{ column: "label", role: "text" }, { column: "text", role: "label" }], options);
    expect(read().counts.find(({ split }) => split === "train")?.labels?.length).toBeGreaterThan(40);
    await chooseColumns(file, textAndLabel, options);
    expect(read().counts.find(({ split }) => split === "test")?.labels?.map(({ label }) => label)).toEqual(["ham", "rare", "spam"]);
  });

  it("samples k rows a label from train into a new file", async () => {
    const target = path.join(here.folder, "few.csv");
    const { rows, report } = await sampleDataset(file, { k: 5, seed: 1, target, overwrite: false }, options);
    expect(rows).toBe(15);
    expect(report.map(({ label, taken }) => [label, taken])).toEqual([["ham", 5], ["rare", 5], ["spam", 5]]);
    expect(readFileSync(target, "utf8").trim().split("\n")).toHaveLength(16);
    await expect(sampleDataset(file, { k: 5, seed: 1, target, overwrite: false }, options)).rejects.toMatchObject({ kind: "usage" });
  });

  it("rebalances train, and exports splits as JSON lines", async () => {
    const { rows, report } = await rebalanceDataset(file, { by: "drop", seed: 1, target: path.join(here.folder, "even.csv"), overwrite: false }, options);
    expect(new Set(report.map(({ after }) => after)).size).toBe(1);
    expect(rows).toBe(report.reduce((sum, { after }) => sum + after, 0));
    const target = path.join(here.folder, "held-out.jsonl");
    expect(await exportDataset(file, { splits: ["validation", "test"], target, overwrite: false }, options)).toEqual({ rows: 120 });
    expect(JSON.parse(readFileSync(target, "utf8").split("\n")[0])).toHaveProperty("label");
  });

  it("says that a split is missing, and writes nothing", async () => {
    here.write("whole.csv", csv(20));
    const whole = await here.describe("whole", { "whole.csv": null }, textAndLabel);
    const target = path.join(here.folder, "nothing.csv");
    await expect(exportDataset(whole, { splits: ["test"], target, overwrite: false }, options)).rejects.toMatchObject({ kind: "data", message: "The data set has no test split." });
    expect(existsSync(target)).toBe(false);
    // Of all that are asked for, those that are there.
    expect(await exportDataset(whole, { splits: ["train", "validation", "test"], target, overwrite: false }, options)).toEqual({ rows: 20 });
  });

  it("writes nothing where the format is not known", async () => {
    const target = path.join(here.folder, "rows.xlsx");
    await expect(exportDataset(file, { splits: ["train"], target, overwrite: false }, options)).rejects.toMatchObject({ kind: "usage" });
    expect(existsSync(target)).toBe(false);
  });
});

describe("a new experiment", () => {
  const written = async (name: string) => {
    const suggested = await suggestExperiment(await new OpenDatasets().open(name, options));
    expect(suggestedExperimentSchema.parse(suggested)).toEqual(suggested);
    const { setting: _, cut, ...data } = suggested;
    const { experiment, diagnostics } = validateExperimentText(newExperimentText({ name: "new", model: { path: "tiny.gguf" }, data: { type: "described", description: "x.ptune-data.json", ...data, ...(cut === null ? {} : { cut }) } }));
    expect(diagnostics).toEqual([]);
    return { suggested, experiment: experiment! };
  };

  it("has every label, the slots of the roles, and the backbone that was chosen", async () => {
    const { experiment, suggested } = await written(file);
    expect(experiment.model).toEqual({ path: "tiny.gguf" });
    expect(experiment.dataset).toMatchObject({ description: "x.ptune-data.json", columns: {} });
    expect(experiment.task).toMatchObject({ type: "classification", template: "Text: {text}\n{soft:20}Answer:{label}", verbalizer: { ham: " ham", rare: " rare", spam: " spam" } });
    expect(suggested.setting).toMatchObject({ answer: "label", maxTokens: { text: 128 } });
  });

  it("is a generation where the answer is a text", async () => {
    here.write("answers.jsonl", Array.from({ length: 30 }, (_, at) => JSON.stringify({ input: `say ${at}`, output: `said ${at}` })).join("\n"));
    const generation = await here.describe("answers", { "answers.jsonl": null }, [{ column: "input", role: "input" }, { column: "output", role: "output" }]);
    expect((await written(generation)).experiment.task).toMatchObject({ type: "generation", template: "Input: {input}\n{soft:20}Output:{output}" });
  });

  it("takes the template that a person has written", async () => {
    const { suggested } = await written(file);
    const setting = { template: "{soft:7}{text} =>{label}", answer: "label" as const, verbalizer: [{ label: "ham", words: " a" }, { label: "spam", words: " b" }, { label: "rare", words: " c" }], maxTokens: { text: 9 } };
    const { experiment } = validateExperimentText(newExperimentText({ name: "new", model: "smollm2-135m-instruct", data: { type: "described", description: "x.ptune-data.json", columns: {}, slots: suggested.slots, task: "classification", labels: suggested.labels, setting } }));
    expect(experiment!.task).toMatchObject({ template: setting.template, verbalizer: { ham: " a", spam: " b", rare: " c" }, maxTokens: { text: 9 } });
  });

  it("is not suggested where no column is read or none answers", async () => {
    here.write("alone.csv", "a,b\n1,2\n3,4\n");
    const alone = await here.describe("alone", { "alone.csv": null }, [{ column: "a", role: "id" }]);
    expect((await suggestExperiment(await new OpenDatasets().open(alone, options))).setting).toBeNull();
  });
});
