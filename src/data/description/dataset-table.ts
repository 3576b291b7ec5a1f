import { openRowTable, type NumberedRow, type TableOptions } from "../rows/row-table.js";
import { type DatasetPart, type PartOptions, readyParts } from "./dataset-parts.js";
import type { LoadedDescription } from "./load-description.js";

export interface DatasetRow extends NumberedRow {
  readonly part: DatasetPart;
}

/** All rows of a data set by their number, file after file. */
export interface DatasetTable {
  /** Columns of all files, those of the first file first. Cells stand in this order. */
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** Files with the number of their first row. */
  readonly parts: readonly { readonly part: DatasetPart; readonly first: number; readonly rows: number }[];
  /** The rows [from, to) that there are; `row` is the number in the whole data set, `line` the one in the file. @throws PromptTuningError data, stopped. */
  read(from: number, to: number, signal?: AbortSignal): Promise<DatasetRow[]>;
}

/** Opens a data set for reading in any order. A file that was never opened is read through once, with progress. */
export async function openDatasetTable(dataset: Pick<LoadedDescription, "description" | "folder">, options: TableOptions & PartOptions): Promise<DatasetTable> {
  return openPartsTable(await readyParts(dataset, options), options);
}

/** The same for files that no description names. */
export async function openPartsTable(parts: readonly DatasetPart[], options: TableOptions): Promise<DatasetTable> {
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  const columns: string[] = [];
  const opened: { part: DatasetPart; first: number; rows: number; read: (from: number, to: number, signal?: AbortSignal) => Promise<DatasetRow[]> }[] = [];
  let first = 0;
  let before = 0;
  for (const part of parts) {
    const done = before;
    const table = await openRowTable(part, { ...options, progress: options.progress && ((at, of) => options.progress!(done + (of === 0 ? 0 : (at / of) * part.size), total)) });
    columns.push(...table.columns.filter((column) => !columns.includes(column)));
    const from = first;
    const places = () => columns.map((column) => table.columns.indexOf(column));
    opened.push({
      part,
      first,
      rows: table.rowCount,
      read: async (start, end, signal) => {
        const order = places();
        return (await table.read(start - from, end - from, signal)).map(({ row, line, cells }) => ({ part, row: row + from, line, cells: order.map((place) => cells[place] ?? null) }));
      },
    });
    first += table.rowCount;
    before += part.size;
  }
  return {
    columns,
    rowCount: first,
    parts: opened.map(({ part, first: start, rows }) => ({ part, first: start, rows })),
    async read(from, to, signal) {
      const rows: DatasetRow[] = [];
      for (const file of opened) {
        const start = Math.max(from, file.first);
        const end = Math.min(to, file.first + file.rows);
        if (start < end) rows.push(...(await file.read(start, end, signal)));
      }
      return rows;
    },
  };
}
