import { PromptTuningError } from "../../common/errors.js";
import { openDatasetRows } from "../../data/description/dataset-parts.js";
import { type ColumnProfile, ColumnProfiler } from "../../data/quality/column-profile.js";
import { findDuplicates } from "../../data/quality/find-duplicates.js";
import { PersonalDataCounter } from "../../data/quality/personal-data.js";
import { SuspicionCounter } from "../../data/quality/suspicious-characters.js";
import { TokenLengthCounter, type TokenLengths } from "../../data/quality/token-lengths.js";
import type { DataPart, Rows } from "../../data/row-stream.js";
import type { DatasetQuality } from "../../protocol/backend/datasets.js";
import { textColumns } from "./text-columns.js";
import type { DataOptions, OpenDataset } from "./open-datasets.js";

/** Columns that are looked into; a table of ten thousand columns is not one of texts. */
const mostProfiled = 200;

/** Type, missing values and balance of the first columns, in one pass. @throws PromptTuningError data, stopped. */
export async function profileColumns(dataset: OpenDataset, options: DataOptions): Promise<ColumnProfile[]> {
  const names = dataset.table.columns.slice(0, mostProfiled);
  const profilers = names.map((name) => new ColumnProfiler(name));
  await forEachCell(dataset, names, (cells) => cells.forEach((cell, at) => profilers[at].add(cell)), options);
  return profilers.map((profiler) => profiler.result());
}

/** Lengths of a column's texts in tokens. @param limits lengths about which is asked how many texts are longer. */
export async function columnLengths(dataset: OpenDataset, column: string, limits: readonly number[], countTokens: (text: string) => number, options: DataOptions): Promise<TokenLengths> {
  if (!dataset.table.columns.includes(column)) throw new PromptTuningError("data", `There is no column "${column}".`, { advice: "Choose another one." });
  const counter = new TokenLengthCounter(countTokens, { limits });
  await forEachCell(dataset, [column], ([cell]) => cell !== null && counter.add(cell), options);
  return counter.result();
}

/** Duplicates within and across splits, labels that contradict each other, suspicious characters, hints of personal data. */
export async function datasetQuality(dataset: OpenDataset, options: DataOptions): Promise<DatasetQuality> {
  const columns = textColumns(dataset);
  if (columns.length === 0) throw new PromptTuningError("data", "No column is marked as text.", { advice: "Say what the columns are for: Prompt Tuning: Choose Columns…." });
  const suspicions = new SuspicionCounter();
  const personal = new PersonalDataCounter();
  await forEachCell(dataset, columns, (cells) => {
    const text = cells.map((cell) => cell ?? "").join("\n");
    suspicions.add(text);
    personal.add(text);
  }, passOf(options, 0, passes));
  const { report } = await findDuplicates(partsOf(dataset, options), { columns, ...(dataset.labelColumn === undefined ? {} : { label: dataset.labelColumn }), signal: options.signal });
  return {
    columns,
    duplicates: report,
    // Numbers in the whole data set, so that each row can be shown.
    rows: report.listed.map(({ members }) => members.map(({ part, row }) => dataset.splits.nth(part as never, row) ?? 0)),
    suspicious: suspicions.result(),
    personal: personal.result(),
  };
}

/** A pass for characters and hints, then at most three for duplicates. */
const passes = 4;

function passOf({ progress, ...options }: DataOptions, pass: number, of: number): DataOptions {
  return { ...options, ...(progress ? { progress: (done: number, total: number) => progress(done + pass * total, of * total) } : {}) };
}

/** The splits as streams that can be read again and again. */
function partsOf(dataset: OpenDataset, options: DataOptions): DataPart[] {
  let pass = 0;
  return dataset.splits.names.map((split, at) => ({
    name: split,
    open: async function* (): AsyncGenerator<Rows> {
      if (at === 0) pass = Math.min(pass + 1, passes - 1);
      let row = 0;
      for await (const batch of openDatasetRows(dataset, passOf(options, pass, passes))) {
        const first = row;
        row += batch.rows.length;
        yield { columns: batch.columns, rows: batch.rows.filter((_, i) => dataset.splits.of(first + i) === split) };
      }
    },
  }));
}

async function forEachCell(dataset: OpenDataset, names: readonly string[], visit: (cells: readonly (string | null)[]) => void, options: DataOptions): Promise<void> {
  for await (const { columns, rows } of openDatasetRows(dataset, options)) {
    const places = names.map((name) => columns.indexOf(name));
    for (const cells of rows) visit(places.map((place) => (place < 0 ? null : (cells[place] ?? null))));
  }
}
