import type { JobStatus } from "../../protocol/backend/jobs.js";

/** What a row depends on beside its run. */
export interface RowSituation {
  /** The job of this window that works on the run, if there is one. */
  readonly job?: JobStatus;
  readonly baseline: boolean;
  /** Whether the seed alone does not tell which run of its experiment it is. */
  readonly twin: boolean;
}
