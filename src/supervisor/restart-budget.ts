import { healthyMilliseconds, restartMilliseconds } from "./time-outs.js";

/** How often a process may still be restarted: three times in a row, with longer and longer pauses. */
export class RestartBudget {
  private used = 0;
  private readySince?: number;

  /** The process is up. */
  ready(now: number): void {
    this.readySince = now;
  }

  /** The process has ended: milliseconds to wait before the next start; undefined where there is to be none. */
  next(now: number): number | undefined {
    if (this.readySince !== undefined && now - this.readySince >= healthyMilliseconds) this.used = 0;
    this.readySince = undefined;
    return restartMilliseconds[this.used++];
  }

  reset(): void {
    this.used = 0;
    this.readySince = undefined;
  }
}
