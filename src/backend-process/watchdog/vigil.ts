import { mostNativeMilliseconds, mostScriptMilliseconds } from "./time-outs.js";

export interface Sighting {
  readonly turns: number;
  readonly nativeCalls: number;
}

/**
 * Judges whether the main thread hangs: its event loop has not turned for longer than what it is doing may take.
 * Native work computes on the main thread, so that minutes can pass there in order.
 */
export class Vigil {
  private turns = -1;
  private native = false;
  private since = 0;

  /** @param now milliseconds of a clock that stands still while the machine sleeps, or that is looked at often. */
  hangs({ turns, nativeCalls }: Sighting, now: number): boolean {
    const native = nativeCalls > 0;
    if (turns !== this.turns || native !== this.native) {
      this.turns = turns;
      this.native = native;
      this.since = now;
    }
    return now - this.since > (native ? mostNativeMilliseconds : mostScriptMilliseconds);
  }
}
