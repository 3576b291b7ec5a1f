import { randomUUID } from "node:crypto";
import { PromptTuningError } from "../common/errors.js";
import type { BackendContract } from "../protocol/backend/contract.js";
import type { JobSource, JobStatus } from "../protocol/backend/jobs.js";
import type { BackendSettings } from "../protocol/backend/lifecycle.js";
import type { CallName, ParamsGiven, ProgressOf, Result } from "../protocol/contract.js";
import type { CallOptions } from "../protocol/peer.js";
import type { BackendChild, ChildExit } from "./backend-child.js";
import { type BackendPeer, Connection } from "./connection.js";
import { type EndedBy, exitReason, type ExitReason } from "./exit-reason.js";
import { JobBook } from "./job-book.js";
import { RestartBudget } from "./restart-budget.js";
import { attachAgainMilliseconds, attachMilliseconds, shutdownMilliseconds } from "./time-outs.js";

export type SupervisorState = "off" | "starting" | "ready" | "restarting" | "failed";

export interface SupervisorOptions {
  readonly fork: () => BackendChild;
  /** A process of an earlier window, where one goes on. Asked for before one is forked. */
  readonly attach?: () => Promise<BackendChild | undefined>;
  readonly settings: () => BackendSettings;
  readonly log: (level: "debug" | "info" | "warning" | "error", text: string) => void;
  readonly onState: (state: SupervisorState) => void;
  readonly onJob: (status: JobStatus) => void;
}

/** The backend process's life, as the window sees it: started when it is needed, watched, restarted, and ended in order. */
export class BackendSupervisor {
  private current: SupervisorState = "off";
  private connection?: Connection;
  private memory?: number;
  private failure?: PromptTuningError;
  private restartTimer?: NodeJS.Timeout;
  private disposed = false;
  /** Queued jobs of a process that ended, for the next one. */
  private waiting: JobStatus[] = [];
  private waiters: { readonly resolve: (peer: BackendPeer) => void; readonly reject: (error: PromptTuningError) => void }[] = [];
  private readonly budget = new RestartBudget();
  private readonly book: JobBook;

  constructor(private readonly options: SupervisorOptions) {
    this.book = new JobBook(options.onJob);
  }

  get state(): SupervisorState {
    return this.current;
  }
  get memoryMB(): number | undefined {
    return this.memory;
  }
  get pid(): number | undefined {
    return this.connection?.alive ? this.connection.child.pid : undefined;
  }
  get jobs(): readonly JobStatus[] {
    return this.book.all;
  }
  /** Why the process is not restarted any more. */
  get reason(): PromptTuningError | undefined {
    return this.failure;
  }

  /** Calls the process, which is started where it is off. @throws PromptTuningError (see Peer.call). */
  async call<Name extends CallName<BackendContract>>(name: Name, params: ParamsGiven<BackendContract, Name>, options: CallOptions<ProgressOf<BackendContract, Name>> = {}): Promise<Result<BackendContract, Name>> {
    const peer = await this.peer(options.signal);
    return peer.call(name, params, options);
  }

  /** Asks for a run. Resolves when it is in the queue. */
  async start(source: JobSource, runsRoot: string): Promise<JobStatus> {
    const job = randomUUID();
    try {
      const status = await this.call("jobs/start", { job, source, runsRoot });
      this.book.set(status);
      return this.book.find(job) ?? status;
    } catch (error) {
      // It was heard, but the process ended before it could answer: the next process is asked.
      const heard = this.book.find(job);
      if (heard?.state === "queued") return heard;
      throw error;
    }
  }

  /** The settings have changed. */
  async configure(): Promise<void> {
    if (this.current === "ready") await this.connection!.peer.call("configure", this.options.settings());
  }

  /** Joins a process of an earlier window, where one goes on; starts nothing. */
  async adopt(): Promise<boolean> {
    if (this.current !== "off" || this.disposed) return false;
    const child = await this.attach();
    if (!child) return false;
    if (this.current !== "off" || this.disposed) {
      child.release();
      return false;
    }
    this.become("starting");
    return this.connect(child, true);
  }

  /** Ends the process in order and starts a new one; the person asked for it. Queued jobs are asked for again. */
  async restart(): Promise<void> {
    clearTimeout(this.restartTimer);
    this.budget.reset();
    this.failure = undefined;
    const { connection } = this;
    this.become("restarting");
    if (connection) {
      this.waiting.push(...this.book.all.filter(({ state }) => state === "queued"));
      this.connection = undefined;
      await this.shutDown(connection);
      this.book.processEnded({ reason: "It was restarted.", advice: "" });
    }
    if (!this.disposed) await this.begin();
  }

  /** The window closes. Runs are stopped with a checkpoint, or go on, as the settings say. Resolves within `shutdownMilliseconds` and some. */
  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    clearTimeout(this.restartTimer);
    const { connection } = this;
    this.connection = undefined;
    this.rejectWaiters(ended("The window closes."));
    const goesOn = this.options.settings().whenWindowCloses === "continue" && this.book.all.some(({ state }) => state !== "finished");
    if (connection && goesOn) connection.release();
    else if (connection) await this.shutDown(connection);
    this.become("off");
  }

  private peer(signal: AbortSignal | undefined): Promise<BackendPeer> {
    if (this.disposed) return Promise.reject(ended("The window closes."));
    if (this.current === "ready") return Promise.resolve(this.connection!.peer);
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      this.waiters.push(waiter);
      signal?.addEventListener("abort", () => {
        this.waiters = this.waiters.filter((each) => each !== waiter);
        reject(new PromptTuningError("stopped", "It was cancelled."));
      });
      if (this.current === "off") {
        this.become("starting");
        void this.begin();
      }
    });
  }

  private async begin(): Promise<void> {
    // A process that still has the last window is free in a moment, when that window is gone.
    const until = performance.now() + attachMilliseconds;
    for (let child = await this.attach(); child; child = await this.attach()) {
      if (this.disposed) return child.release();
      if ((await this.connect(child, true)) || performance.now() > until) break;
      await new Promise((resolve) => setTimeout(resolve, attachAgainMilliseconds));
    }
    if (!this.disposed && !this.connection) await this.connect(this.options.fork(), false);
  }

  private async attach(): Promise<BackendChild | undefined> {
    try {
      return await this.options.attach?.();
    } catch {
      return undefined;
    }
  }

  /** @param joined a process of an earlier window: where it refuses, nothing has failed. */
  private async connect(child: BackendChild, joined: boolean): Promise<boolean> {
    const connection: Connection = new Connection(child, {
      onViolation: (reason) => this.options.log("warning", `Protocol: ${reason.slice(0, 1000)}.`),
      onLost: (exit, endedBy) => this.lost(connection, exit, endedBy),
      onEnd: () => this.gone(connection),
    });
    this.connection = connection;
    connection.peer.onNotice("job", (status) => {
      // What waits for the next process is not stopped by the end of this one.
      if (!this.waiting.some(({ job }) => job === status.job)) this.book.set(status);
    });
    connection.peer.onNotice("heartbeat", ({ memoryMB }) => (this.memory = memoryMB));
    connection.peer.onNotice("log", ({ level, text }) => this.options.log(level, text));
    try {
      const { pid, programVersion, onnxruntimeVersion } = await connection.hello(this.options.settings());
      const known = await connection.peer.call("jobs/list", {});
      if (this.connection !== connection) return false;
      for (const status of known) this.book.set(status);
      this.options.log("info", `The training process ${joined ? "of an earlier window goes on" : "has started"}: process ${pid}, version ${programVersion}, onnxruntime ${onnxruntimeVersion}.`);
      this.ready(connection);
      return true;
    } catch (error) {
      // Where the process ended or hangs, lost() and gone() see to it.
      if (this.connection === connection && connection.alive) this.refused(connection, error, joined);
      return false;
    }
  }

  private ready(connection: Connection): void {
    this.budget.ready(performance.now());
    this.become("ready");
    for (const { resolve } of this.waiters.splice(0)) resolve(connection.peer);
    for (const { job, source, runsRoot } of this.waiting.splice(0))
      connection.peer.call("jobs/start", { job, source, runsRoot }).then(
        (status) => this.book.set(status),
        (error: unknown) => this.options.log("warning", `A run in the queue could not be asked for again: ${String(error)}`),
      );
  }

  /** The process says that it cannot work: asking again would give the same answer. */
  private refused(connection: Connection, error: unknown, joined: boolean): void {
    this.connection = undefined;
    const reason = error instanceof PromptTuningError ? error : ended(String(error));
    if (joined) {
      if (reason.message !== this.lastRefusal) this.options.log("info", reason.describe());
      this.lastRefusal = reason.message;
      connection.release();
      if (this.waiters.length === 0) this.become("off");
    } else {
      connection.kill();
      this.fail(reason);
    }
  }

  private lost(connection: Connection, exit: ChildExit | undefined, endedBy: EndedBy | undefined): void {
    if (this.connection !== connection) return;
    const reason = exitReason(exit ?? { code: null, signal: null, output: "" }, endedBy);
    this.lastReason = reason;
    this.memory = undefined;
    this.options.log("error", `The training process (${connection.child.pid}) is lost. ${reason.reason}${exit?.output ? `\nIts last words:\n${exit.output.slice(-4000)}` : ""}`);
    this.waiting.push(...this.book.processEnded(reason));
    this.become("restarting");
  }
  private lastReason?: ExitReason;
  private lastRefusal?: string;

  private gone(connection: Connection): void {
    if (this.connection !== connection || this.disposed) return;
    this.connection = undefined;
    const pause = this.budget.next(performance.now());
    const reason = this.lastReason ?? { reason: "", advice: "" };
    if (pause === undefined) return this.fail(new PromptTuningError("backend", "The training process ended too often and is not started again by itself.", { ...reason, advice: `${reason.advice} Then restart it (Prompt Tuning: Restart Training Process).` }));
    this.options.log("info", `It is started again in ${pause / 1000} s.`);
    this.restartTimer = setTimeout(() => void this.begin(), pause);
  }

  private fail(error: PromptTuningError): void {
    this.failure = error;
    this.waiting = [];
    this.book.giveUp({ reason: error.reason ?? error.message, advice: error.advice ?? "" });
    this.rejectWaiters(error);
    this.become("failed");
  }

  /** Stops all runs with a checkpoint; what has not ended in time is killed. */
  private async shutDown(connection: Connection): Promise<void> {
    const tooLate = setTimeout(() => connection.kill(), shutdownMilliseconds);
    if (connection.alive) await connection.peer.call("shutdown", {}).catch(() => undefined);
    await connection.end;
    clearTimeout(tooLate);
  }

  private rejectWaiters(error: PromptTuningError): void {
    for (const { reject } of this.waiters.splice(0)) reject(error);
  }

  private become(state: SupervisorState): void {
    if (this.current === state) return;
    this.current = state;
    this.options.onState(state);
  }
}

function ended(reason: string): PromptTuningError {
  return new PromptTuningError("backend", "The training process has ended.", { reason });
}
