import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { z } from "zod";
import { openingError } from "./file-bytes.js";
import type { RowFile } from "./open-rows.js";
import type { RowBatch, RowPlace } from "./row-batch.js";

/** Where the rows of a file begin, every `rowsPerBatch` rows: enough to read any of them without what stands before. */
export const rowIndexSchema = z.object({
  version: z.literal(1),
  columns: z.array(z.string()),
  rows: z.int().min(0),
  /** Row, byte and line of every place, in ascending order, one after the other: flat, as there are many. */
  places: z.array(z.int().min(0)).refine((places) => places.length % 3 === 0),
});
export type RowIndex = z.infer<typeof rowIndexSchema>;

/** Gathers the index of a file while its rows go by. */
export class RowIndexBuilder {
  private columns: readonly string[] = [];
  private rows = 0;
  private readonly places: number[] = [];

  add({ columns, next }: RowBatch): void {
    this.columns = columns;
    this.rows = next.row;
    this.places.push(next.row, next.offset, next.line);
  }

  finish(): RowIndex {
    return { version: 1, columns: [...this.columns], rows: this.rows, places: this.places };
  }
}

/** The last place at or before a row; undefined where that is the file's beginning. */
export function placeBefore({ places }: RowIndex, row: number): RowPlace | undefined {
  let low = 0;
  for (let high = places.length / 3; low < high; ) {
    const middle = (low + high) >>> 1;
    if (places[middle * 3] <= row) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : { row: places[low * 3 - 3], offset: places[low * 3 - 2], line: places[low * 3 - 1] };
}

/** Name of a file's index: another one for every change of the file (as its size and time tell) and of its reading. */
export async function rowIndexKey({ path, reading }: RowFile): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch((error: unknown) => {
    throw openingError(path, error);
  });
  return createHash("sha256").update(JSON.stringify([1, path, size, mtimeMs, reading])).digest("hex");
}
