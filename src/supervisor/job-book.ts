import type { JobStatus } from "../protocol/backend/jobs.js";
import type { ExitReason } from "./exit-reason.js";
import { journalOutcome } from "./journal-outcome.js";

/** The jobs as this window knows them. They outlive the process that works on them. */
export class JobBook {
  private readonly statuses = new Map<string, JobStatus>();

  constructor(private readonly onChange: (status: JobStatus) => void) {}

  /** In the order they were asked for. */
  get all(): JobStatus[] {
    return [...this.statuses.values()];
  }

  find(job: string): JobStatus | undefined {
    return this.statuses.get(job);
  }

  /** What the process says of a job. A job that has ended stays ended, whatever arrives late. */
  set(status: JobStatus): void {
    if (this.statuses.get(status.job)?.state === "finished") return;
    this.statuses.set(status.job, status);
    this.forgetOldest();
    this.onChange(status);
  }

  /**
   * The process is gone: what it worked on has failed, with the reason, unless its journal says that it had ended before.
   * Returns what was still waiting, to be asked for again.
   */
  processEnded(reason: ExitReason): JobStatus[] {
    const underWay = this.all.filter(({ state }) => state !== "queued" && state !== "finished");
    for (const status of underWay) void this.end(status, reason);
    return this.all.filter(({ state }) => state === "queued");
  }

  /** What is still waiting will not be begun. */
  giveUp({ reason, advice }: ExitReason): void {
    for (const status of this.all) if (status.state === "queued") this.set({ ...status, state: "finished", outcome: { status: "failed", error: { kind: "backend", message: "The run was not begun: the training process ended too often.", reason, advice } } });
  }

  private async end(status: JobStatus, reason: ExitReason): Promise<void> {
    const journaled = await journalOutcome(status).catch(() => undefined);
    this.set({ ...status, state: "finished", activity: null, outcome: journaled ?? lostOutcome(status, reason) });
  }

  private forgetOldest(): void {
    const finished = this.all.filter(({ state }) => state === "finished");
    for (const { job } of finished.slice(0, Math.max(0, finished.length - mostFinished))) this.statuses.delete(job);
  }
}

const mostFinished = 500;

function lostOutcome({ run }: JobStatus, { reason, advice }: ExitReason): NonNullable<JobStatus["outcome"]> {
  const way = run === null ? "It had not begun to train: run the experiment again." : "The run can be resumed from its last checkpoint.";
  return { status: "failed", error: { kind: "backend", message: "The training process ended while it worked on this run.", reason, advice: `${way} ${advice}` } };
}
