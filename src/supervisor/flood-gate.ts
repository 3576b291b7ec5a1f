/** Messages of one second that are read; a process that sends more is broken, and reading it would take the window's time. */
export const mostMessagesASecond = 2000;

/** Counts messages; once too many came within a second, nothing passes any more. */
export class FloodGate {
  private second = 0;
  private count = 0;
  private flooded = false;

  constructor(private readonly onFlood: () => void) {}

  /** Whether a message may pass. */
  pass(now: number): boolean {
    if (this.flooded) return false;
    if (now - this.second >= 1000) {
      this.second = now;
      this.count = 0;
    }
    if (++this.count <= mostMessagesASecond) return true;
    this.flooded = true;
    this.onFlood();
    return false;
  }
}
