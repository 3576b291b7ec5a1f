import path from "node:path";
import type { DatasetTable } from "../../../data/description/dataset-table.js";
import type { CommandContext } from "../../context.js";
import { excerpt } from "../../output/harmless.js";
import { count } from "../../output/numbers.js";
import { table } from "../../output/table.js";
import { dataOptions } from "./data-options.js";
import { openDescribed } from "./open.js";

export interface PreviewSettings {
  /** 1-based number of the first row shown. */
  readonly from: number;
  readonly rows: number;
}

/** Width of a cell, and columns that a screen holds. */
const cellWidth = 44;
const mostColumns = 8;

/** ptune data preview FILE: rows of a described data set, or of a data file as it is. */
export async function previewCommand(context: CommandContext, name: string, { from, rows }: PreviewSettings): Promise<number> {
  const { results, progress, json, signal } = context;
  const opened = await openTable(context, name);
  progress.clear();
  const shown = await opened.read(from - 1, from - 1 + rows, signal);
  if (json) {
    for (const { row, line, part, cells } of shown) results.object({ type: "row", row: row + 1, file: part.name, line, split: part.split ?? null, cells: Object.fromEntries(opened.columns.map((column, i) => [column, cells[i]])) });
    return 0;
  }
  const columns = opened.columns.slice(0, mostColumns);
  const lines = table(
    [{ title: "row", right: true }, ...columns.map((column) => ({ title: excerpt(column, cellWidth) }))],
    shown.map(({ row, cells }) => [String(row + 1), ...columns.map((_, i) => (cells[i] === null ? "–" : excerpt(cells[i], cellWidth)))]),
    "",
  );
  const more = opened.columns.length > mostColumns ? `, ${mostColumns} of ${opened.columns.length} columns` : "";
  results.lines([...lines, "", `${count(opened.rowCount, "row")}${more}.`]);
  return 0;
}

async function openTable(context: CommandContext, name: string): Promise<DatasetTable> {
  const { isDescription } = await import("../../../data/description/ending.js");
  const { openDatasetTable } = await import("../../../data/description/dataset-table.js");
  const options = await dataOptions(context, "Reading");
  if (isDescription(name)) return openDatasetTable(await openDescribed(context, name), options);
  const { findReading } = await import("../../../data/reading/find-reading.js");
  const { openPartsTable } = await import("../../../data/description/dataset-table.js");
  const file = path.resolve(context.currentFolder, name);
  const { reading, notices } = await findReading(file);
  for (const notice of notices) context.progress.line(`Note: ${excerpt(notice, 1000)}`);
  return openPartsTable([{ name, path: file, reading, size: 1, sha256: "", rows: 0 }], options);
}
