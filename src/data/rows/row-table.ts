import { openRows, type RowFile } from "./open-rows.js";
import type { Cell, ReadOptions } from "./row-batch.js";
import { KeptIndexes } from "./kept-index.js";
import { placeBefore, type RowIndex, RowIndexBuilder, rowIndexKey } from "./row-index.js";

export interface TableOptions extends Pick<ReadOptions, "signal" | "progress"> {
  /** The cache folder, for the index. */
  readonly cache: string;
}

/** A file's rows by their number, for a table that scrolls through millions of them. */
export interface RowTable {
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** The rows [from, to) that there are. @throws PromptTuningError data, stopped. */
  read(from: number, to: number, signal?: AbortSignal): Promise<readonly NumberedRow[]>;
}

export interface NumberedRow {
  /** 0-based number in the file. */
  readonly row: number;
  /** 1-based line where it begins; in formats without lines the 1-based number of the row. */
  readonly line: number;
  readonly cells: readonly Cell[];
}

/** Opens a file's rows for reading in any order. The first time it is read through once, with progress. */
export async function openRowTable(file: RowFile, options: TableOptions): Promise<RowTable> {
  const index = await indexOf(file, options);
  return { columns: index.columns, rowCount: index.rows, read: (from, to, signal) => readRange(file, index, from, to, signal) };
}

async function indexOf(file: RowFile, { cache, signal, progress }: TableOptions): Promise<RowIndex> {
  const kept = new KeptIndexes(cache);
  const key = await rowIndexKey(file);
  const known = await kept.read(key);
  if (known) return known;
  const builder = new RowIndexBuilder();
  for await (const batch of openRows(file, { signal, progress })) builder.add(batch);
  const index = builder.finish();
  await kept.write(key, index);
  return index;
}

async function readRange(file: RowFile, index: RowIndex, from: number, to: number, signal?: AbortSignal): Promise<NumberedRow[]> {
  const rows: NumberedRow[] = [];
  const end = Math.min(to, index.rows);
  if (from >= end) return rows;
  const place = placeBefore(index, from);
  for await (const batch of openRows(file, { signal, ...(place ? { from: { place, columns: index.columns } } : {}) })) {
    batch.rows.forEach((cells, i) => {
      const row = batch.first + i;
      if (row >= from && row < end) rows.push({ row, line: batch.lines[i], cells });
    });
    if (batch.next.row >= end) break;
  }
  return rows;
}
