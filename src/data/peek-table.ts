import { stat } from "node:fs/promises";
import { collectRows } from "./read-table.js";
import { findReading } from "./reading/find-reading.js";
import { openingError } from "./rows/file-bytes.js";
import type { Table } from "./table.js";

/** Bytes of a data file that are looked at: enough for its columns and for most of its labels. */
export const peekedBytes = 256 * 1024;

/** The beginning of a data file. */
export interface TablePeek extends Table {
  /** Whether this is the whole file. */
  readonly whole: boolean;
}

/**
 * Reads the beginning of a data file: its columns and first rows, hardly more than `peekedBytes`. Where the beginning
 * holds no whole row, nothing can be said: undefined.
 * @throws PromptTuningError data: there is no such file, or it is no data file that can be read.
 */
export async function peekTable(file: string): Promise<TablePeek | undefined> {
  const found = await stat(file).catch((error: unknown) => {
    throw openingError(file, error);
  });
  const { reading, notices } = await findReading(file);
  const whole = found.isFile() && found.size <= peekedBytes;
  const table = await collectRows(file, reading, whole ? {} : { firstBytes: peekedBytes });
  return table.rows.length === 0 && !whole ? undefined : { ...table, notices, whole };
}
