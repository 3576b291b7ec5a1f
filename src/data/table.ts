import { closest } from "fastest-levenshtein";
import { PromptTuningError } from "../common/errors.js";

/** One row of a data file. */
export interface TableRow {
  /** 1-based line where the row begins; in a .json file the 1-based number of the row. */
  readonly line: number;
  /** Column → text. It has no prototype: a column called __proto__ is a column. A JSON row may lack columns. */
  readonly cells: Readonly<Record<string, string>>;
}

/** A data file as it stands: every cell is text. */
export interface Table {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** What a person should know about how the file was read. */
  readonly notices: readonly string[];
}

/** @throws PromptTuningError data: the table has no such column (named by `dataset.columns` for `slot`). */
export function requireColumn(table: Table, column: string, slot: string): void {
  if (table.columns.includes(column)) return;
  const shown = table.columns.slice(0, 20).map((name) => `"${name}"`);
  const more = table.columns.length > 20 ? ` and ${table.columns.length - 20} more` : "";
  const nearest = table.columns.find((name) => name.trim().toLowerCase() === column.trim().toLowerCase()) ?? (table.columns.length > 0 ? closest(column, [...table.columns]) : undefined);
  throw new PromptTuningError("data", `${table.file} has no column "${column}".`, {
    file: table.file,
    line: 1,
    reason: `Its columns are ${shown.join(", ")}${more}.`,
    advice: nearest === undefined ? undefined : `Did you mean "${nearest}"? Set it under dataset.columns.`,
    setting: ["dataset", "columns", slot],
  });
}

/** The text of a cell. @throws PromptTuningError data: the row lacks it. */
export function requireCell(table: Table, row: TableRow, column: string): string {
  const text = row.cells[column];
  if (text !== undefined) return text;
  throw new PromptTuningError("data", `${table.file}, row at ${row.line}: there is no "${column}".`, {
    file: table.file,
    line: row.line,
    reason: "Other rows of the file have it.",
    advice: "Give the row a value, or remove it.",
  });
}
