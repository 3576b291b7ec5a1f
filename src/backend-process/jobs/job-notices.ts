import type { JobStatus } from "../../protocol/backend/jobs.js";

/** Least milliseconds between two notices of a job's progress. */
export const noticeMilliseconds = 100;

interface Told {
  readonly state: JobStatus["state"];
  readonly run: JobStatus["run"];
  readonly at: number;
  latest?: JobStatus;
  timer?: NodeJS.Timeout;
}

/**
 * Tells of jobs at every change of state at once, and of their progress at most ten times a second each: a run of
 * thousands of steps a second must not flood the channel.
 */
export class JobNotices {
  private readonly told = new Map<string, Told>();

  constructor(private readonly tell: (status: JobStatus) => void) {}

  changed(status: JobStatus): void {
    const before = this.told.get(status.job);
    const now = performance.now();
    if (!before || before.state !== status.state || before.run !== status.run || now - before.at >= noticeMilliseconds) return this.now(status);
    before.latest = status;
    before.timer ??= setTimeout(() => before.latest && this.now(before.latest), before.at + noticeMilliseconds - now);
  }

  private now(status: JobStatus): void {
    clearTimeout(this.told.get(status.job)?.timer);
    if (status.state === "finished") this.told.delete(status.job);
    else this.told.set(status.job, { state: status.state, run: status.run, at: performance.now() });
    this.tell(status);
  }
}
