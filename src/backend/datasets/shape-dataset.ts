import { PromptTuningError } from "../../common/errors.js";
import { SplitCounter } from "../../data/description/count-labels.js";
import { openDatasetRows } from "../../data/description/dataset-parts.js";
import { type LoadedDescription, loadDescription } from "../../data/description/load-description.js";
import { columnOf, type SplitCount, type SplitRule } from "../../data/description/schema.js";
import { splitCounts } from "../../data/description/split-dataset.js";
import { type SplitPart, splitParts } from "../../data/description/split-parts.js";
import { textColumns } from "../../data/description/text-columns.js";
import { writeDescription } from "../../data/description/write-description.js";
import { type ExportFormat, exportFormats } from "../../data/export/row-writers.js";
import { writeRows } from "../../data/export/write-rows.js";
import type { OpenRows, Rows } from "../../data/row-stream.js";
import { rebalanceRows, type RebalanceReport } from "../../data/shape/rebalance-rows.js";
import { takeRows } from "../../data/shape/row-copies.js";
import { sampleRows, type SampleReport } from "../../data/shape/sample-rows.js";
import type { SplitName } from "../../data/split-names.js";
import type { Roles } from "../../protocol/backend/dataset-shaping.js";
import type { DataOptions } from "./data-options.js";

export interface Target {
  /** A .csv or .jsonl file. */
  readonly target: string;
  readonly overwrite: boolean;
}

/** Writes what the columns are for into the description, and counts its labels again. @throws PromptTuningError data, storage, stopped. */
export async function chooseColumns(file: string, roles: Roles, options: DataOptions): Promise<void> {
  const dataset = await loadDescription(file);
  const columns = dataset.description.columns.map(({ name }) => {
    const role = roles.find(({ column }) => column === name)?.role;
    return { name, ...(role ? { role } : {}) };
  });
  const changed = { ...dataset, description: { ...dataset.description, columns } };
  writeDescription(file, { ...changed.description, counts: await countsOf(changed, options) }, { overwrite: true });
}

/** Writes a rule into the description, with what it gives; the data stay as they are. @throws PromptTuningError data, usage, storage, stopped. */
export async function splitDataset(file: string, rule: SplitRule, options: DataOptions): Promise<SplitCount[]> {
  const dataset = await loadDescription(file);
  const counts = await splitCounts(dataset, rule, options);
  writeDescription(file, { ...dataset.description, splits: rule, counts }, { overwrite: true });
  return counts;
}

/** k rows of train a label, into a new file. */
export async function sampleDataset(file: string, { k, seed, ...target }: Target & { readonly k: number; readonly seed: number }, options: DataOptions): Promise<{ rows: number; report: SampleReport }> {
  const { dataset, train, columns } = await trainOf(file, options);
  const { copies, report } = await sampleRows(train.open, k, columns, seed, options);
  return { rows: await write(dataset, [takeRows(train.open, (row) => copies[row])], target, options), report };
}

/** As many rows of train of every label, into a new file. */
export async function rebalanceDataset(file: string, { by, seed, ...target }: Target & { readonly by: "drop" | "repeat"; readonly seed: number }, options: DataOptions): Promise<{ rows: number; report: RebalanceReport }> {
  const { dataset, train, columns } = await trainOf(file, options);
  const { copies, report } = await rebalanceRows(train.open, { by, seed }, columns, options);
  return { rows: await write(dataset, [takeRows(train.open, (row) => copies[row])], target, options), report };
}

/** The rows of splits, as far as there are, one split after the other, into a new file. @throws PromptTuningError data: there is none of them. */
export async function exportDataset(file: string, { splits, ...target }: Target & { readonly splits: readonly SplitName[] }, options: DataOptions): Promise<{ rows: number }> {
  const dataset = await loadDescription(file);
  const parts = (await splitParts(dataset, options)).filter(({ name }) => splits.includes(name));
  if (parts.length === 0) throw new PromptTuningError("data", `The data set has no ${splits.join(" and no ")} split.`, { advice: "Split it first." });
  return { rows: await write(dataset, parts.map(({ open }) => open), target, options) };
}

async function countsOf(dataset: LoadedDescription, options: DataOptions): Promise<SplitCount[]> {
  if (dataset.description.splits) return splitCounts(dataset, dataset.description.splits, options);
  const label = columnOf(dataset.description, "label");
  const counter = new SplitCounter();
  for await (const { part, columns, rows } of openDatasetRows(dataset, options)) {
    const place = label === undefined ? -1 : columns.indexOf(label);
    for (const row of rows) counter.add(part.split ?? "train", label === undefined ? undefined : (row[place] ?? null));
  }
  return counter.finish();
}

async function trainOf(file: string, options: DataOptions): Promise<{ dataset: LoadedDescription; train: SplitPart; columns: { texts: string[]; label: string } }> {
  const dataset = await loadDescription(file);
  const label = columnOf(dataset.description, "label");
  if (label === undefined) throw new PromptTuningError("data", "No column is the label.", { advice: 'Choose it (Prompt Tuning: Choose Columns…), or give a column that role in the description: "role": "label".' });
  const train = (await splitParts(dataset, options)).find(({ name }) => name === "train");
  if (!train) throw new PromptTuningError("data", "The data set has no rows for training.", { advice: "Split it another way." });
  return { dataset, train, columns: { texts: textColumns(dataset.description), label } };
}

async function write({ description }: LoadedDescription, opens: readonly OpenRows[], { target, overwrite }: Target, { signal }: DataOptions): Promise<number> {
  const all = async function* (): AsyncGenerator<Rows> {
    for (const open of opens) yield* open(signal);
  };
  return writeRows(target, all(), { format: formatOf(target), columns: description.columns.map(({ name }) => name), overwrite, signal });
}

function formatOf(file: string): ExportFormat {
  const format = exportFormats.find((each) => file.toLowerCase().endsWith(`.${each}`));
  if (format) return format;
  throw new PromptTuningError("usage", "The file's name does not say its format.", { file, advice: `Let it end with ${exportFormats.map((each) => `.${each}`).join(" or ")}.` });
}
