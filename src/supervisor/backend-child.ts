import type { Channel } from "../protocol/channel.js";

/** How a process ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last of what it printed. */
  readonly output: string;
}

/** A backend process as the supervisor holds it: one that was forked, or one of an earlier window that was joined. */
export interface BackendChild {
  readonly pid: number;
  readonly channel: Channel;
  /** What hello must show to a process that this window did not fork. */
  readonly token?: string;
  /** Called at each sign of life that the process gives beside its messages. */
  onPulse(listener: () => void): void;
  /** Called once, when the process has ended (or cannot be reached any more). */
  onExit(listener: (exit: ChildExit) => void): void;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Lets go of it: it may outlive this process. */
  release(): void;
}
