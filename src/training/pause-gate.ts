/** What a training sees of the gate that a person can close. */
export type Gate = Pick<PauseGate, "paused" | "pass">;

/** Lets a person pause a training between two steps. The trainer waits at the gate while it is closed. */
export class PauseGate {
  private open: (() => void) | null = null;
  private waiting: Promise<void> = Promise.resolve();

  get paused(): boolean {
    return this.open !== null;
  }

  pause(): void {
    if (this.open === null) this.waiting = new Promise((resolve) => (this.open = resolve));
  }

  resume(): void {
    this.open?.();
    this.open = null;
  }

  /** Resolves when the gate is open or the signal aborts. */
  async pass(signal?: AbortSignal): Promise<void> {
    if (!this.paused || signal?.aborted) return;
    let aborted: (() => void) | undefined;
    const abort = new Promise<void>((resolve) => signal?.addEventListener("abort", (aborted = () => resolve()), { once: true }));
    await Promise.race([this.waiting, abort]);
    if (aborted) signal?.removeEventListener("abort", aborted);
  }
}
