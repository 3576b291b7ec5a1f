import { mostCellCharacters, mostWholeCharacters, type RowFilter, type ShownCell, type ShownRow, type WholeRow } from "../../protocol/backend/datasets.js";
import { PromptTuningError } from "../../common/errors.js";
import type { DataOptions } from "./data-options.js";
import type { OpenDataset } from "./open-datasets.js";
import { readRows } from "./row-matches.js";

export interface RowsWanted {
  readonly filter: RowFilter;
  /** Places of the columns in the table. */
  readonly columns: readonly number[];
  /** Place among the rows that the filter lets through. */
  readonly from: number;
  readonly count: number;
}

/** Rows for a table that scrolls: only their beginnings, and only the columns that are shown. */
export async function shownRows(dataset: OpenDataset, { filter, columns, from, count }: RowsWanted, options: DataOptions): Promise<ShownRow[]> {
  const matches = await dataset.matches.of(dataset, filter, options);
  const { table, splits } = dataset;
  const rows = matches ? await readRows(table, matches.subarray(from, from + count), options.signal) : await table.read(from, from + count, options.signal);
  return rows.map((row) => ({ row: row.row, split: splits.of(row.row), cells: columns.map((column) => shownCell(row.cells[column] ?? null)) }));
}

/** One row with all its cells. @throws PromptTuningError data: there is no such row (any more). */
export async function wholeRow({ table, splits }: OpenDataset, number: number, signal?: AbortSignal): Promise<WholeRow> {
  const [row] = await table.read(number, number + 1, signal);
  if (!row) throw new PromptTuningError("data", `There is no row ${number + 1}.`, { reason: `The data set has ${table.rowCount} rows.`, advice: "Open the data set again." });
  return { row: row.row, split: splits.of(row.row), file: row.part.name, line: row.line, cells: table.columns.map((_, column) => shownCell(row.cells[column] ?? null, mostWholeCharacters)) };
}

/** The beginning of a cell. */
export function shownCell(text: string | null, most = mostCellCharacters): ShownCell {
  if (text === null) return null;
  if (text.length <= most) return { text, cut: false };
  // Half a surrogate pair would be a character that the text does not have.
  const end = /[\ud800-\udbff]/.test(text[most - 1]) ? most - 1 : most;
  return { text: text.slice(0, end), cut: true };
}
