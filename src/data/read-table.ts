import { stat } from "node:fs/promises";
import { PromptTuningError } from "../common/errors.js";
import { findReading } from "./reading/find-reading.js";
import type { Reading } from "./reading/reading.js";
import { openingError } from "./rows/file-bytes.js";
import { openRows } from "./rows/open-rows.js";
import type { ReadOptions, RowBatch } from "./rows/row-batch.js";
import type { Table, TableRow } from "./table.js";

/** Larger files are not read whole: a training holds all its rows in memory. */
export const largestTable = 256 * 1024 * 1024;

export interface TableReading {
  /** How the file becomes rows; found out when absent. */
  readonly reading?: Reading;
  readonly signal?: AbortSignal;
}

/** Reads a data file, or a folder of text files a class, whole. @throws PromptTuningError data, stopped. */
export async function readTable(file: string, { reading, signal }: TableReading = {}): Promise<Table> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw openingError(file, error);
  });
  if (size > largestTable) {
    throw new PromptTuningError("data", `${file} is too large to be held in memory.`, {
      file,
      reason: `It has ${(size / 1e6).toFixed(0)} MB; at most ${largestTable / 1024 / 1024} MB are read for an experiment.`,
      advice: "Draw a sample of it (ptune data sample), or keep only the columns and rows that are needed.",
    });
  }
  const found = reading ? { reading, notices: [] } : await findReading(file);
  const table = await collectRows(file, found.reading, { signal });
  if (table.rows.length === 0) throw new PromptTuningError("data", `${file} has no rows.`, { file, line: 1, advice: "Put rows into it, or name another file." });
  return { ...table, notices: found.notices };
}

/** The rows that are read, with their cells by column. */
export async function collectRows(file: string, reading: Reading, options: ReadOptions): Promise<Table> {
  const rows: TableRow[] = [];
  let columns: readonly string[] = [];
  for await (const batch of openRows({ path: file, reading }, options)) {
    columns = batch.columns;
    for (let i = 0; i < batch.rows.length; i++) rows.push(toTableRow(batch, i));
  }
  return { file, columns, rows, notices: [] };
}

function toTableRow({ columns, rows, lines }: RowBatch, at: number): TableRow {
  const cells = Object.create(null) as Record<string, string>;
  rows[at].forEach((cell, i) => {
    if (cell !== null) cells[columns[i]] = cell;
  });
  return { line: lines[at], cells };
}
