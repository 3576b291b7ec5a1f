import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { findEncoding } from "../reading/find-encoding.js";
import { openDataFile, stopped } from "./file-bytes.js";
import { longestRow, type Cell, type ReadOptions, type RowBatch, rowsPerBatch } from "./row-batch.js";
import { classFolders } from "./text-folder.js";
import { TextStream } from "./text-stream.js";

export const textFolderColumns = ["text", "label", "file"] as const;

/**
 * Rows of a folder with a folder of text files a class: text, label (the folder's name) and file, sorted by label and
 * name. Each file's encoding is found out by itself.
 * @throws PromptTuningError data, stopped.
 */
export async function* textFolderRows(folder: string, options: ReadOptions): AsyncGenerator<RowBatch> {
  const classes = await classFolders(folder);
  const total = classes.reduce((sum, { files }) => sum + files.length, 0);
  const end = options.firstBytes === undefined ? total : Math.min(total, rowsPerBatch);
  let first = options.from?.place.row ?? 0;
  let rows: Cell[][] = [];
  for (const { label, file, row } of filesFrom(classes, first)) {
    if (row >= end) break;
    stopped(folder, options.signal);
    const name = `${label}/${file}`;
    options.onBytes?.(Buffer.from(`${name}\0`));
    rows.push([await textOf(path.join(folder, label, file), options), label, name]);
    if (rows.length === rowsPerBatch || row === end - 1) {
      yield { first, columns: textFolderColumns, rows, lines: rows.map((_, i) => first + i + 1), next: { row: row + 1, offset: 0, line: row + 2 } };
      first = row + 1;
      rows = [];
      options.progress?.(first, total);
    }
  }
}

function* filesFrom(classes: Awaited<ReturnType<typeof classFolders>>, from: number) {
  let row = 0;
  for (const { label, files } of classes) {
    for (let at = Math.max(0, from - row); at < files.length; at++) yield { label, file: files[at], row: row + at };
    row += files.length;
  }
}

async function textOf(file: string, { signal, onBytes }: ReadOptions): Promise<string> {
  const { handle, size } = await openDataFile(file);
  let beginning: Buffer;
  try {
    if (size > longestRow) throw new PromptTuningError("data", `${file} is too long for one text.`, { file, reason: `It has more than ${longestRow / 1024 / 1024} MB.` });
    beginning = Buffer.alloc(size);
    await handle.read(beginning, 0, size, 0);
  } finally {
    await handle.close();
  }
  const chunks: Buffer[] = [];
  for await (const chunk of new TextStream(file, findEncoding(file, beginning, true).encoding, { signal, onBytes }).chunks()) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
