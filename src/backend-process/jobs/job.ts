import type { SourceProgress } from "../../backbone/sources/source.js";
import type { BackendOptions } from "../../backend/options.js";
import { PromptTuningError } from "../../common/errors.js";
import type { Activity, JobSource, JobStatus } from "../../protocol/backend/jobs.js";
import { toErrorData } from "../../protocol/error-data.js";
import type { RunEvent } from "../../runs/events.js";
import { PauseGate } from "../../training/pause-gate.js";
import { activityOfFetch, activityOfPhase } from "./activity.js";

export interface NewJob {
  readonly id: string;
  readonly source: JobSource;
  readonly runsRoot: string;
  /** What it is called until its experiment has been read. */
  readonly title: string;
}

/** One run being worked on: what a person asked for, how it stands, and how to stop and pause it. */
export class Job {
  private readonly gate = new PauseGate();
  private readonly controller = new AbortController();
  private current: JobStatus;
  private unexpected: unknown;

  constructor(
    { id, source, runsRoot, title }: NewJob,
    private readonly onChange: (status: JobStatus) => void,
  ) {
    this.current = { job: id, source, runsRoot, title, run: source.type === "resume" ? source.run : null, state: "queued", activity: null, step: null, outcome: null };
  }

  get status(): JobStatus {
    return this.current;
  }

  /** What the backend is given to work on it. */
  options(cache: string | undefined): BackendOptions {
    return {
      runsRoot: this.current.runsRoot,
      cache,
      signal: this.controller.signal,
      pauseGate: this.gate,
      emit: (event) => this.hear(event),
      onFetch: (progress) => this.fetching(progress),
      onRun: (run) => this.change({ run }),
    };
  }

  called(title: string): void {
    this.change({ title });
  }

  prepare(): void {
    this.change({ state: "preparing", activity: { kind: "starting", text: "starting" } });
  }

  /** The run ends after the step under way, with a checkpoint. */
  stop(): void {
    if (this.current.state === "finished" || this.controller.signal.aborted) return;
    if (this.current.state !== "queued") this.change({ state: "stopping", activity: { kind: "stopping", text: "stopping" } });
    this.controller.abort();
  }

  /** The training waits after the step under way; a run that is still being prepared waits before its first step. */
  pause(): void {
    if (this.gate.paused || this.current.state === "stopping") return;
    this.gate.pause();
    this.change({ activity: { kind: "pausing", text: "pausing" } });
  }

  continue(): void {
    if (!this.gate.paused) return;
    this.gate.resume();
    if (this.current.activity?.kind === "pausing") this.change({ activity: null });
  }

  /**
   * An exception that nobody caught came from this job's work. What it was doing cannot be relied on any more: it fails
   * at its next event, so that the journal tells why.
   */
  fail(error: unknown): void {
    if (this.current.state === "finished") return;
    this.unexpected ??= error;
    this.controller.abort();
    this.gate.resume();
  }

  finish(outcome: NonNullable<JobStatus["outcome"]>): void {
    if (this.current.state !== "finished") this.change({ state: "finished", activity: null, step: null, outcome });
  }

  /** The outcome of work that ended with an error. */
  static outcomeOf(error: unknown): NonNullable<JobStatus["outcome"]> {
    return error instanceof PromptTuningError && error.kind === "stopped" ? { status: "stopped" } : { status: "failed", error: toErrorData(error) };
  }

  /** The exception that nobody caught, if there was one. */
  get failure(): unknown {
    return this.unexpected;
  }

  private hear(event: RunEvent): void {
    // Thrown into the run that emits: it journals its end as failed, with this reason. The journal's own last words pass.
    const last = event.type === "result" || (event.type === "state" && event.state !== "running" && event.state !== "paused");
    if (this.unexpected !== undefined && !last) throw this.unexpected;
    const { state } = this.current;
    const stopping = state === "stopping";
    if (event.type === "state" && (event.state === "running" || event.state === "paused") && !stopping) this.change({ state: event.state, activity: event.state === "paused" ? null : this.current.activity });
    if (event.type === "phase" && !stopping) this.change({ activity: this.busyWith(activityOfPhase(event)) });
    if (event.type === "step") {
      const { step, steps, loss, secondsLeft } = event;
      const activity = this.current.activity?.kind === "validation" ? ({ kind: "training", text: "training" } as const) : this.current.activity;
      this.change({ step: { step, steps, loss, secondsLeft }, activity });
    }
  }

  private fetching(progress: SourceProgress): void {
    if (this.current.state !== "stopping") this.change({ activity: this.busyWith(activityOfFetch(progress)) });
  }

  /** A person who asked for a pause sees that it was heard, until it is there. */
  private busyWith(activity: Activity): Activity {
    return this.gate.paused ? { ...activity, kind: "pausing", text: "pausing" } : activity;
  }

  private change(part: Partial<JobStatus>): void {
    this.current = { ...this.current, ...part };
    this.onChange(this.current);
  }
}
