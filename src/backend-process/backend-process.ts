import { AsyncLocalStorage } from "node:async_hooks";
import { PromptTuningError } from "../common/errors.js";
import { protocolVersion } from "../protocol/backend/contract.js";
import { heartbeatMilliseconds } from "../protocol/backend/heartbeat-time.js";
import type { BackendSettings } from "../protocol/backend/lifecycle.js";
import type { Channel } from "../protocol/channel.js";
import { ownIdentity } from "../runs/process-identity.js";
import { BackgroundDoor } from "./background/door.js";
import type { ProcessContext, WindowPeer } from "./context.js";
import { registerJobs } from "./handlers/jobs.js";
import type { Job } from "./jobs/job.js";
import { JobNotices } from "./jobs/job-notices.js";
import { JobQueue } from "./jobs/job-queue.js";
import { runJob } from "./jobs/run-job.js";
import { LogLines } from "./log-lines.js";
import { endMilliseconds, failMilliseconds, lingerMilliseconds } from "./watchdog/time-outs.js";
import type { Watchdog } from "./watchdog/watchdog.js";
import { WindowLines } from "./window-lines.js";

/**
 * The backend process: it works for one window, does its jobs, and ends with it, unless runs are to go on in the
 * background; then it waits for the next window, and ends when its jobs have.
 */
export class BackendProcess {
  private settings?: BackendSettings;
  private ending = false;
  private linger?: NodeJS.Timeout;
  private goneWindow?: AbortController;
  /** Everything that needs onnxruntime, once it is known that it can be loaded here. */
  private engine?: typeof import("./handlers/register-handlers.js");
  /** Which job a piece of work belongs to, wherever its promises lead. */
  private readonly jobAtWork = new AsyncLocalStorage<Job>();
  private readonly lines: WindowLines;
  private readonly logLines = new LogLines(() => this.lines.window);
  private readonly log: ProcessContext["log"] = (level, text) => this.logLines.add(level, text);
  private readonly notices = new JobNotices((status) => this.lines.window?.notify("job", status));
  private readonly queue = new JobQueue({
    runsAtOnce: () => this.settings?.runsAtOnce ?? 1,
    execute: (job) => this.jobAtWork.run(job, () => runJob(job, this.settings?.cache)),
    onChange: (status) => {
      this.notices.changed(status);
      // Once the queue has taken its own step: a finished job makes place for the next.
      setImmediate(() => this.arrange());
    },
    onError: ({ title }, error) => this.log("error", `${title}: ${error instanceof PromptTuningError ? error.describe() : stackOf(error)}`),
  });
  private readonly door: BackgroundDoor;

  constructor(private readonly watchdog: Watchdog) {
    this.lines = new WindowLines({
      introduce: () => this.introduce(),
      onWindow: (peer, settings, hostPid) => this.join(peer, settings, hostPid),
      onGone: () => this.windowGone(),
      onViolation: (reason) => this.log("warning", `Protocol: ${reason}.`),
    });
    this.door = new BackgroundDoor({ onChannel: (channel, token) => this.lines.accept(channel, token), onPulse: (address) => watchdog.listen(address), log: this.log });
    setInterval(() => this.lines.window?.notify("heartbeat", { memoryMB: Math.round(process.memoryUsage.rss() / 2 ** 20), jobs: this.queue.unfinished }), heartbeatMilliseconds).unref();
  }

  /** The line of the process that forked this one. */
  accept(channel: Channel): void {
    channel.onClose(() => {
      // A window that never said hello, too.
      if (this.settings === undefined) this.exit();
    });
    this.lines.accept(channel);
  }

  /** Stops every job, with a checkpoint, and ends the process; after `milliseconds` also what has not stopped. */
  async end(milliseconds?: number): Promise<void> {
    if (milliseconds !== undefined) setTimeout(() => this.exit(), milliseconds).unref();
    if (this.ending) return;
    this.ending = true;
    this.arrange();
    await this.queue.stopAll();
    // What the window is still to hear leaves first.
    setImmediate(() => this.exit());
  }

  /** An exception that nobody caught. The job whose work threw it fails; the others go on. */
  unexpected(error: unknown): void {
    const job = this.jobAtWork.getStore();
    this.log("error", `${job ? `The run ${job.status.title} failed unexpectedly` : "Something unexpected went wrong in the training process"}: ${stackOf(error)}`);
    if (!job) return;
    job.fail(error);
    setTimeout(() => job.status.state !== "finished" && this.exit(1), failMilliseconds).unref();
  }

  private async introduce(): ReturnType<ConstructorParameters<typeof WindowLines>[0]["introduce"]> {
    try {
      const { programVersion, onnxruntimeVersion } = await import("../backend/versions.js");
      this.engine = await import("./handlers/register-handlers.js");
      const { pid, started } = ownIdentity();
      return { protocol: protocolVersion, pid, started, programVersion, onnxruntimeVersion };
    } catch (error) {
      throw new PromptTuningError("backend", "onnxruntime cannot be loaded on this computer.", {
        reason: error instanceof Error ? error.message.split("\n")[0] : String(error),
        advice: `Check that the extension was built for this system (${process.platform}, ${process.arch}); nothing can be trained without it.`,
        cause: error,
      });
    }
  }

  private join(peer: WindowPeer, settings: BackendSettings, hostPid: number): void {
    const gone = new AbortController();
    this.goneWindow = gone;
    const context: ProcessContext = { peer, settings: () => this.settings ?? settings, log: this.log, gone: gone.signal };
    this.watchdog.state.host = hostPid;
    this.configure(settings);
    peer.handle("configure", (changed) => (this.configure(changed), {}));
    peer.handle("shutdown", async () => {
      this.ending = true;
      this.arrange();
      await this.queue.stopAll();
      setTimeout(() => this.exit(), 50);
      return {};
    });
    registerJobs(context, this.queue);
    this.engine?.registerHandlers(context);
    this.logLines.tell();
  }

  private configure(settings: BackendSettings): void {
    this.settings = settings;
    this.queue.fill();
    this.arrange();
  }

  private windowGone(): void {
    this.goneWindow?.abort();
    if (!this.goesOn) return void this.end(endMilliseconds);
    this.watchdog.state.host = 0;
    this.log("info", "The window is gone; the runs go on in the background.");
    this.arrange();
  }

  private get goesOn(): boolean {
    return !this.ending && this.settings?.whenWindowCloses === "continue" && this.queue.unfinished > 0 && this.door.isOpen;
  }

  /** Keeps the door, what the watchdog knows, and the end of a process without a window in step with the jobs. */
  private arrange(): void {
    const mayGoOn = !this.ending && this.settings?.whenWindowCloses === "continue" && this.queue.unfinished > 0;
    if (mayGoOn) this.door.set(this.settings?.stateFolder);
    else if (this.lines.window !== undefined || this.ending) this.door.set(undefined);
    this.watchdog.state.goesOn = this.goesOn;
    clearTimeout(this.linger);
    // Nobody is there and nothing is left to do: a window that is just opening may still come and hear how it ended.
    if (this.settings !== undefined && this.lines.window === undefined && !mayGoOn && !this.ending) this.linger = setTimeout(() => void this.end(endMilliseconds), lingerMilliseconds);
  }

  private exit(code = 0): void {
    this.door.close();
    process.exit(code);
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
