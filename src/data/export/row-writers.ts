import type { Cell } from "../rows/row-batch.js";

/** Formats that rows are written in. */
export const exportFormats = ["csv", "jsonl"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface RowWriter {
  readonly head: string;
  row(cells: readonly Cell[]): string;
}

/** Turns rows into lines of a file; it is read back by the readers as it was. */
export function rowWriter(format: ExportFormat, columns: readonly string[]): RowWriter {
  if (format === "csv") {
    const line = (cells: readonly Cell[]): string => `${columns.map((_, i) => quoted(cells[i] ?? "")).join(",")}\n`;
    return { head: line(columns), row: line };
  }
  // A row without a value has no key; fromEntries makes __proto__ a key like others.
  return { head: "", row: (cells) => `${JSON.stringify(Object.fromEntries(columns.flatMap((column, i) => (cells[i] === null || cells[i] === undefined ? [] : [[column, cells[i]]]))))}\n` };
}

/** RFC 4180: quotes where a cell needs them. */
function quoted(cell: string): string {
  return /[",;|\t\r\n]|^\s|\s$|^$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
