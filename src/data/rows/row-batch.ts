/** A cell's text, or null where the row has no value: a key that is absent or null in JSON, a null in Parquet. An empty cell of a CSV is an empty text. */
export type Cell = string | null;

/** Where a row begins: reading can start there without what stands before it. */
export interface RowPlace {
  /** 0-based number of the row in its file. */
  readonly row: number;
  /** Byte in the file; 0 where the format finds a row by its number alone. */
  readonly offset: number;
  /** 1-based line; in formats without lines the 1-based number of the row. */
  readonly line: number;
}

/** Rows that follow each other in a file. */
export interface RowBatch {
  /** 0-based number of the first of the rows. */
  readonly first: number;
  /** Columns known so far. Later batches of JSON may add columns behind these; none ever moves. */
  readonly columns: readonly string[];
  /** A cell a column, in their order; a row shorter than the columns has no value in the last ones. */
  readonly rows: readonly (readonly Cell[])[];
  /** 1-based line where each row begins; in formats without lines the 1-based number of the row. */
  readonly lines: readonly number[];
  /** Where the row behind this batch begins, if there is one. */
  readonly next: RowPlace;
}

/** Rows of a batch: few enough to be read again in a millisecond or two for a table that scrolls. */
export const rowsPerBatch = 256;

/** Longest row that is read, in bytes: what is longer is a quote or a bracket that was never closed. */
export const longestRow = 8 * 1024 * 1024;

/** More columns than any real table has. */
export const mostColumns = 10_000;

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Bytes of the file read so far, of how many. */
  readonly progress?: (done: number, total: number) => void;
  /** Starts at a place that an earlier reading told, with the columns it knew in the end. */
  readonly from?: { readonly place: RowPlace; readonly columns: readonly string[] };
  /** Reads no further than these bytes, fewer than the file has; the row that is cut there is left out. */
  readonly firstBytes?: number;
  /** Gets every byte of the file in order, for a hash in the same pass. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}
