import type { Reading } from "../reading/reading.js";
import { fileBytes, stopped } from "./file-bytes.js";
import { parquetCell } from "./parquet-cell.js";
import { openParquet } from "./parquet-file.js";
import { type Cell, type ReadOptions, type RowBatch, rowsPerBatch } from "./row-batch.js";

type ParquetReading = Reading & { format: "parquet" };

/** Rows of a row group are decoded in pieces of about this size, in bytes once unpacked. */
const pieceBytes = 64 * 1024 * 1024;

/**
 * Rows of a Parquet file, a row group or less at a time. Text as it is; numbers, dates and lists as JSON would write them.
 * @throws PromptTuningError data, stopped.
 */
export async function* parquetRows(file: string, reading: ParquetReading, options: ReadOptions): AsyncGenerator<RowBatch> {
  if (options.onBytes) for await (const _ of fileBytes(file, 0, { signal: options.signal, onBytes: options.onBytes }));
  const parquet = await openParquet(file);
  try {
    const { columns, metadata } = parquet;
    const labels = new Map((reading.labels ?? []).map(({ column, names }) => [column, names]));
    const begin = options.from?.place.row ?? 0;
    let groupStart = 0;
    for (const group of metadata.row_groups) {
      const groupEnd = groupStart + Number(group.num_rows);
      const piece = Math.max(rowsPerBatch, Math.floor((Number(group.num_rows) * pieceBytes) / Math.max(pieceBytes, Number(group.total_byte_size))));
      for (let start = Math.max(groupStart, begin), end; start < groupEnd; start = end) {
        stopped(file, options.signal);
        // Who starts in the middle mostly wants a few rows.
        end = Math.min(groupEnd, start + (options.from && start === begin ? rowsPerBatch : piece));
        const rows = await parquet.read(start, end);
        yield* batches(
          rows.map((row) => columns.map((column, i): Cell => parquetCell(row[i], labels.get(column)))),
          start,
          columns,
        );
        options.progress?.(end, Number(metadata.num_rows));
        if (options.firstBytes !== undefined) return;
      }
      groupStart = groupEnd;
    }
  } finally {
    await parquet.close();
  }
}

function* batches(rows: readonly Cell[][], start: number, columns: readonly string[]): Generator<RowBatch> {
  for (let at = 0; at < rows.length; at += rowsPerBatch) {
    const part = rows.slice(at, at + rowsPerBatch);
    const first = start + at;
    const behind = first + part.length;
    yield { first, columns, rows: part, lines: part.map((_, i) => first + i + 1), next: { row: behind, offset: 0, line: behind + 1 } };
  }
}
