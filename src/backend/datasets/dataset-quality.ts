import { PromptTuningError } from "../../common/errors.js";
import { openDatasetRows } from "../../data/description/dataset-parts.js";
import { splitParts } from "../../data/description/split-parts.js";
import { textColumns } from "../../data/description/text-columns.js";
import { type ColumnProfile, ColumnProfiler } from "../../data/quality/column-profile.js";
import { countFindings } from "../../data/quality/count-findings.js";
import { findDuplicates } from "../../data/quality/find-duplicates.js";
import { TokenLengthCounter, type TokenLengths } from "../../data/quality/token-lengths.js";
import { splitNames } from "../../data/split-names.js";
import type { DatasetQuality } from "../../protocol/backend/datasets.js";
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
  const counter = new TokenLengthCounter(([text]) => countTokens(text), { limits });
  await forEachCell(dataset, [column], ([cell]) => cell !== null && counter.add([cell]), options);
  return counter.result();
}

/** One pass for characters and hints, three for duplicates. */
const passes = 4;

/** Duplicates within and across splits, labels that contradict each other, suspicious characters, hints of personal data. */
export async function datasetQuality(dataset: OpenDataset, { signal, progress, cache }: DataOptions): Promise<DatasetQuality> {
  const columns = textColumns(dataset.description);
  if (columns.length === 0) throw new PromptTuningError("data", "No column is a text.", { advice: "Say what the columns are for: Prompt Tuning: Choose Columns…." });
  const parts = await splitParts(dataset, { signal, progress });
  const total = passes * dataset.table.rowCount;
  let done = 0;
  const options = { signal, cache, onRows: (count: number): void => progress?.(Math.min(total, (done += count)), total) };
  const { suspicious, personal } = await countFindings(parts, columns, options);
  const { report } = await findDuplicates(parts, { ...options, columns, label: dataset.labelColumn });
  return {
    columns,
    duplicates: report,
    // Numbers in the whole data set, so that each row can be shown.
    rows: report.listed.map(({ members }) => members.map(({ part, row }) => dataset.splits.nth(splitNames.find((split) => split === part)!, row))),
    suspicious: inDataset(suspicious, dataset),
    personal: inDataset(personal, dataset),
  };
}

/** Finds are numbered through the splits; here their rows get the data set's own numbers. */
function inDataset<Kind extends string, Finding extends { readonly examples: readonly { readonly row: number; readonly shown: string }[] }, Tally extends { readonly found: Readonly<Record<Kind, Finding>> }>(tally: Tally, { splits }: OpenDataset): Tally {
  const numbered = (finding: Finding): Finding => ({ ...finding, examples: finding.examples.map(({ row, shown }) => ({ row: splits.inOrder(row), shown })) });
  return { ...tally, found: Object.fromEntries(Object.entries<Finding>(tally.found).map(([kind, finding]) => [kind, numbered(finding)])) };
}

async function forEachCell(dataset: OpenDataset, names: readonly string[], visit: (cells: readonly (string | null)[]) => void, options: DataOptions): Promise<void> {
  for await (const { columns, rows } of openDatasetRows(dataset, options)) {
    const places = names.map((name) => columns.indexOf(name));
    for (const cells of rows) visit(places.map((place) => (place < 0 ? null : (cells[place] ?? null))));
  }
}
