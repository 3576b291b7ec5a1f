import type { SourceProgress } from "../backbone/sources/source.js";
import type { RunEvent } from "../runs/events.js";
import type { PauseGate } from "../training/pause-gate.js";

/** What every job of the backend takes from its caller: the command line, or the extension's child process. */
export interface BackendOptions {
  /** Folder of the runs, usually `<workspace>/.ptune/runs`. */
  readonly runsRoot: string;
  /** Cache folder; the platform's, or PTUNE_CACHE, when absent. */
  readonly cache?: string;
  /** Every event of the run as it happens: the same objects that the journal keeps. */
  readonly emit?: (event: RunEvent) => void;
  /** Told the run's folder as soon as there is one that this job works on: before its first event is journaled. */
  readonly onRun?: (folder: string) => void;
  /** Progress of fetching and unpacking the backbone. */
  readonly onFetch?: (progress: SourceProgress) => void;
  readonly signal?: AbortSignal;
  readonly pauseGate?: PauseGate;
}
