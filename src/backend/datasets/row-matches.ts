import type { DatasetTable } from "../../data/description/dataset-table.js";
import { openDatasetRows } from "../../data/description/dataset-parts.js";
import type { LoadedDescription } from "../../data/description/load-description.js";
import { GrowingArray } from "../../data/quality/growing-array.js";
import type { RowFilter } from "../../protocol/backend/datasets.js";
import type { DataOptions } from "./data-options.js";
import type { RowSplits } from "./row-splits.js";

/** What a filter asks of a data set. */
export interface SearchedDataset extends LoadedDescription {
  readonly table: DatasetTable;
  readonly splits: RowSplits;
  /** Column that holds labels, where there is one. */
  readonly labelColumn: string | undefined;
}

/** Filters whose matches are kept: the one that is looked at and the last few. */
const mostKept = 4;

/** The rows that the last filters let through. */
export class MatchCache {
  private readonly kept = new Map<string, Promise<Uint32Array>>();

  /** Numbers of the rows that a filter lets through, ascending; undefined for the filter that lets all through. @throws PromptTuningError data, stopped. */
  async of(dataset: SearchedDataset, filter: RowFilter, options: DataOptions): Promise<Uint32Array | undefined> {
    if (filter.search === "" && filter.label === null && filter.split === null) return undefined;
    const key = JSON.stringify(filter);
    const there = await this.kept.get(key)?.catch(() => undefined);
    if (there) return there;
    const finding = findRows(dataset, filter, options);
    this.kept.set(key, finding);
    finding.catch(() => this.kept.get(key) === finding && this.kept.delete(key));
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= mostKept) break;
      this.kept.delete(oldest);
    }
    return finding;
  }
}

async function findRows(dataset: SearchedDataset, { search, label, split }: RowFilter, options: DataOptions): Promise<Uint32Array> {
  const { table, splits, labelColumn } = dataset;
  const found = new GrowingArray();
  const inSplit = (row: number): boolean => split === null || splits.of(row) === split;
  if (search === "" && label === null) {
    for (let row = 0; row < table.rowCount; row++) if (inSplit(row)) found.push(row);
    return numbersOf(found);
  }
  const sought = search.toLowerCase();
  let row = 0;
  for await (const batch of openDatasetRows(dataset, options)) {
    const labelAt = labelColumn === undefined ? -1 : batch.columns.indexOf(labelColumn);
    for (const cells of batch.rows) {
      const at = row++;
      if (!inSplit(at)) continue;
      if (label !== null && cells[labelAt]?.trim() !== label) continue;
      if (sought === "" || cells.some((cell) => cell !== null && cell.toLowerCase().includes(sought))) found.push(at);
    }
  }
  return numbersOf(found);
}

const numbersOf = (list: GrowingArray): Uint32Array => Uint32Array.from({ length: list.length }, (_, at) => list.at(at));

/** Rows this near to each other are read together: the rows between them are read anyway. */
const nearRows = 256;

/** Rows by their numbers, ascending, wherever they stand. */
export async function readRows(table: DatasetTable, numbers: ArrayLike<number>, signal?: AbortSignal): ReturnType<DatasetTable["read"]> {
  const rows: Awaited<ReturnType<DatasetTable["read"]>> = [];
  for (let from = 0; from < numbers.length; ) {
    let to = from + 1;
    while (to < numbers.length && numbers[to] - numbers[to - 1] <= nearRows) to++;
    const wanted = new Set(Array.from({ length: to - from }, (_, at) => numbers[from + at]));
    for (const row of await table.read(numbers[from], numbers[to - 1] + 1, signal)) if (wanted.has(row.row)) rows.push(row);
    from = to;
  }
  return rows;
}
