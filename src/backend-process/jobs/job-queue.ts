import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { type JobSource, type JobStatus, sweepOf } from "../../protocol/backend/jobs.js";
import type { ResultEvent } from "../../runs/events.js";
import { Job } from "./job.js";

export interface JobQueueOptions {
  /** Runs that train at the same time, those of a sweep as one. Read whenever a place may be free. */
  readonly runsAtOnce: () => number;
  readonly execute: (job: Job) => Promise<Pick<ResultEvent, "status">>;
  readonly onChange: (status: JobStatus) => void;
  /** Told what ended a job with an error, for the log. */
  readonly onError?: (status: JobStatus, error: unknown) => void;
}

/** Jobs of one sweep that train side by side: each more takes longer for all, and little memory. */
const mostOfSweep = 8;

/** Finished jobs that are remembered; older ones are known by their run's journal only. */
const mostFinished = 500;

/**
 * The jobs in the order they were asked for. A paused run keeps its place: it holds its backbone in memory, and who
 * paused it wanted the machine to rest.
 */
export class JobQueue {
  private readonly jobs = new Map<string, Job>();
  private readonly underWay = new Map<Job, Promise<void>>();
  private ending = false;

  constructor(private readonly options: JobQueueOptions) {}

  get all(): JobStatus[] {
    return Array.from(this.jobs.values(), (job) => job.status);
  }

  /** Jobs that are not finished, the queued ones among them. */
  get unfinished(): number {
    return this.all.filter(({ state }) => state !== "finished").length;
  }

  /** Puts a job at the queue's end. One that is there already is answered as it stands: who asks may not know whether it was heard. */
  start(id: string, source: JobSource, runsRoot: string): JobStatus {
    const known = this.jobs.get(id);
    if (known) return known.status;
    if (this.ending) throw new PromptTuningError("backend", "The training process is about to end.", { advice: "Try again." });
    if (source.type === "resume") this.refuseTwice(source.run);
    const job = new Job({ id, source, runsRoot, title: titleOf(source) }, this.options.onChange);
    this.jobs.set(id, job);
    this.forgetOldest();
    this.options.onChange(job.status);
    this.fill();
    return job.status;
  }

  stop(id: string): void {
    const job = this.find(id);
    const { state } = job.status;
    job.stop();
    if (state === "queued") job.finish({ status: "stopped" });
  }

  /** @throws PromptTuningError kind "usage" for a job that is not under way. */
  pause(id: string): void {
    const job = this.find(id);
    if (job.status.state === "queued") throw new PromptTuningError("usage", "A run that waits in the queue cannot be paused.", { reason: "It has not begun.", advice: "Stop it, and run it again later." });
    if (job.status.state === "finished") throw finished();
    job.pause();
  }

  continue(id: string): void {
    const job = this.find(id);
    if (job.status.state === "finished") throw finished();
    job.continue();
  }

  /** Takes queued jobs into the places that are free. */
  fill(): void {
    for (const job of this.jobs.values()) if (job.status.state === "queued" && !this.ending && this.hasPlace(job)) this.begin(job);
  }

  private hasPlace({ status }: Job): boolean {
    const sweep = sweepOf(status.source);
    // A sweep is one place, a job of none is one of its own.
    const places = Array.from(this.underWay.keys(), (job) => sweepOf(job.status.source) ?? job);
    const together = places.filter((place) => place === sweep).length;
    if (together > 0) return together < mostOfSweep;
    return new Set(places).size < this.options.runsAtOnce();
  }

  /** Stops every job, with a checkpoint; resolves when all have ended. Nothing begins afterwards. */
  async stopAll(): Promise<void> {
    this.ending = true;
    for (const { job, state } of this.all) if (state !== "finished") this.stop(job);
    await Promise.all(this.underWay.values());
  }

  private begin(job: Job): void {
    job.prepare();
    const work = this.work(job).finally(() => {
      this.underWay.delete(job);
      this.fill();
    });
    this.underWay.set(job, work);
  }

  private async work(job: Job): Promise<void> {
    try {
      const { status } = await this.options.execute(job);
      // It ended as if it had been stopped, because nothing of it was under way any more that could fail.
      if (job.failure !== undefined) throw job.failure;
      job.finish({ status });
    } catch (error) {
      const reason = job.failure ?? error;
      job.finish(Job.outcomeOf(reason));
      if (job.status.outcome?.status === "failed") this.options.onError?.(job.status, reason);
    }
  }

  private find(id: string): Job {
    const job = this.jobs.get(id);
    if (job) return job;
    throw new PromptTuningError("run", "The training process does not know this run any more.", { reason: "It was restarted, or the run ended long ago.", advice: "Look at the run's state in the Runs view." });
  }

  private refuseTwice(run: string): void {
    const same = this.all.find((status) => status.state !== "finished" && status.run !== null && path.resolve(status.run) === path.resolve(run));
    if (same) throw new PromptTuningError("busy", `The run ${path.basename(run)} is being worked on already.`, { advice: same.state === "queued" ? "It waits in the queue." : "Wait until it ends, or stop it." });
  }

  private forgetOldest(): void {
    const ended = this.all.filter(({ state }) => state === "finished");
    for (const { job } of ended.slice(0, Math.max(0, ended.length - mostFinished))) this.jobs.delete(job);
  }
}

function titleOf(source: JobSource): string {
  return source.type === "experiment" ? path.basename(source.file).replace(/\.ptune\.json$/, "") : path.basename(source.run);
}

function finished(): PromptTuningError {
  return new PromptTuningError("usage", "This run has ended.", { advice: "Resume it, where it was stopped." });
}
