import { fstatSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { watchNativeWork } from "../../engine/session/native-work.js";
import { SharedState } from "./shared-state.js";
import { watchMilliseconds } from "./time-outs.js";
import type { WatchdogData, WatchdogMessage } from "./watchdog-thread.js";

/** The main thread's side of the watchdog. */
export class Watchdog {
  readonly state = new SharedState();
  private readonly worker: Worker;

  /** @param script the process's own script, which in a worker thread is the watchdog. */
  constructor(script: string, pulseFile: number | undefined, onError: (error: Error) => void) {
    const workerData: WatchdogData = { memory: this.state.memory, pulseFile: pulseFile !== undefined && isOpen(pulseFile) ? pulseFile : null };
    this.worker = new Worker(script, { workerData, execArgv: [], stdin: false, resourceLimits: { maxOldGenerationSizeMb: 32 } });
    this.worker.on("error", onError);
    this.worker.unref();
    setInterval(() => this.state.turn(), watchMilliseconds).unref();
    watchNativeWork((count) => {
      this.state.nativeCalls = count;
      this.state.turn();
    });
  }

  /** Windows that join later hear the heartbeats there. */
  listen(pulseAddress: string | null): void {
    this.worker.postMessage({ pulseAddress } satisfies WatchdogMessage);
  }
}

function isOpen(file: number): boolean {
  try {
    fstatSync(file);
    return true;
  } catch {
    return false;
  }
}
