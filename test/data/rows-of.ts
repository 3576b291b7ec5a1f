import { existsSync } from "node:fs";
import path from "node:path";
import { readTable } from "../../src/data/read-table.js";
import type { OpenRows, Rows } from "../../src/data/row-stream.js";

/** A stream of the given rows in batches. */
export function rowsOf(columns: readonly string[], rows: readonly (readonly (string | null)[])[], batch = 3): OpenRows {
  return function* () {
    for (let at = 0; at < rows.length; at += batch) yield { columns, rows: rows.slice(at, at + batch) };
  };
}

/** Real data for tests, beside the repository; undefined where they are absent. */
export const sharedData = [path.resolve("../shared/data")].find((folder) => existsSync(folder));

export async function openShared(file: string): Promise<OpenRows> {
  const table = await readTable(path.join(sharedData!, file));
  const all: Rows["rows"] = table.rows.map(({ cells }) => table.columns.map((column) => cells[column] ?? null));
  return rowsOf(table.columns, all, 256);
}
