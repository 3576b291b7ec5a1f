import { open, rename, rm, stat, link } from "node:fs/promises";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { temporaryName } from "../../runs/atomic-write.js";
import { storageError } from "../../runs/storage-error.js";
import type { Rows } from "../row-stream.js";
import { type ExportFormat, rowWriter } from "./row-writers.js";

export interface WriteRowsOptions {
  readonly format: ExportFormat;
  /** Columns to write, in this order. */
  readonly columns: readonly string[];
  readonly overwrite: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Writes rows into a new file, whole or not at all. A file that is there is replaced only where that was asked for.
 * @returns rows written. @throws PromptTuningError usage: there is one already. storage, data, stopped.
 */
export async function writeRows(file: string, rows: AsyncIterable<Rows> | Iterable<Rows>, { format, columns, overwrite, signal }: WriteRowsOptions): Promise<number> {
  const taken = new PromptTuningError("usage", `There is a file ${file} already.`, { file, advice: "Name another file, or replace it with --overwrite." });
  if (!overwrite && (await stat(file).catch(() => undefined))) throw taken;
  const temporary = path.join(path.dirname(file), temporaryName(path.basename(file)));
  try {
    const written = await writeAll(temporary, rows, rowWriter(format, columns), columns, signal);
    if (overwrite) await rename(temporary, file);
    // A second name fails where the name is taken, whoever took it meanwhile.
    else await link(temporary, file);
    return written;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EEXIST" ? taken : storageError("write the rows", file, error);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeAll(file: string, rows: AsyncIterable<Rows> | Iterable<Rows>, writer: ReturnType<typeof rowWriter>, columns: readonly string[], signal?: AbortSignal): Promise<number> {
  const handle = await open(file, "wx");
  let written = 0;
  try {
    await handle.writeFile(writer.head);
    for await (const batch of rows) {
      if (signal?.aborted) throw new PromptTuningError("stopped", "Writing the rows was stopped.");
      const places = columns.map((column) => batch.columns.indexOf(column));
      await handle.writeFile(batch.rows.map((cells) => writer.row(places.map((place) => (place < 0 ? null : (cells[place] ?? null))))).join(""));
      written += batch.rows.length;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return written;
}
