import type { SourceProgress } from "../../backbone/sources/source.js";

/** What reading a data set needs. */
export interface DataOptions {
  /** The cache folder. */
  readonly cache: string;
  readonly signal?: AbortSignal;
  /** Bytes read so far, of how many. */
  readonly progress?: (done: number, total: number) => void;
  /** How far files of the hub are fetched. */
  readonly onFetch?: (progress: SourceProgress) => void;
}
