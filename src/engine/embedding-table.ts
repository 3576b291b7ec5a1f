/** Rows of an embedding (or output) matrix, on demand. */
export interface EmbeddingTable {
  readonly rows: number;
  readonly width: number;
  /** Copies the rows of the given ids into one array [ids.length, width]. */
  gather(ids: ArrayLike<number>): Float32Array;
  /** The whole matrix [rows, width], row-major (a view, not a copy, where possible). */
  matrix(): Float32Array;
}
