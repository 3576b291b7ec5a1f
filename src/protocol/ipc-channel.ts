import type { Serializable } from "node:child_process";
import type { Channel } from "./channel.js";
import { ChannelEvents } from "./channel-events.js";

/** What both ends of Node's own line between a process and its child have: a ChildProcess, or `process` in the child. */
export interface IpcEnd {
  readonly connected: boolean;
  send?(message: Serializable, callback: (error: Error | null) => void): boolean;
  disconnect?(): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
  on(event: "disconnect", listener: () => void): unknown;
}

/** Messages over the line that `child_process.fork` makes. */
export class IpcChannel implements Channel {
  private readonly events = new ChannelEvents();

  constructor(private readonly end: IpcEnd) {
    end.on("message", (message) => this.events.message(message));
    end.on("disconnect", () => this.events.close());
  }

  send(message: unknown): void {
    if (this.events.closed || !this.end.connected) return;
    // A line that breaks while this is written tells so by "disconnect".
    this.end.send?.(message as Serializable, () => {});
  }

  onMessage(listener: (message: unknown) => void): void {
    this.events.onMessage(listener);
  }

  onClose(listener: () => void): void {
    this.events.onClose(listener);
  }

  close(): void {
    if (this.end.connected) this.end.disconnect?.();
    this.events.close();
  }
}
