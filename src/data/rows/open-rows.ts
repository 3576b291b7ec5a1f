import type { Reading } from "../reading/reading.js";
import { delimitedRows } from "./delimited-rows.js";
import { jsonArrayRows } from "./json-array-rows.js";
import { jsonLinesRows } from "./json-lines-rows.js";
import { parquetRows } from "./parquet-rows.js";
import type { ReadOptions, RowBatch } from "./row-batch.js";
import { textFolderRows } from "./text-folder-rows.js";

/** A file (or a folder of text files a class) and how it is read. */
export interface RowFile {
  /** Absolute path. */
  readonly path: string;
  readonly reading: Reading;
}

/**
 * The rows of a file, batch by batch, in memory that does not grow with the file. May end without any batch: the file has
 * no rows.
 * @throws PromptTuningError data: the file is not what it is read as, with its line. stopped: the signal fired.
 */
export function openRows({ path, reading }: RowFile, options: ReadOptions = {}): AsyncGenerator<RowBatch> {
  switch (reading.format) {
    case "delimited":
      return delimitedRows(path, reading, options);
    case "jsonl":
      return jsonLinesRows(path, reading, options);
    case "json":
      return jsonArrayRows(path, reading, options);
    case "parquet":
      return parquetRows(path, reading, options);
    case "texts":
      return textFolderRows(path, options);
  }
}
