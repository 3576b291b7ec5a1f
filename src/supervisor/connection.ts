import { backendContract, hostContract, protocolVersion } from "../protocol/backend/contract.js";
import type { BackendContract, HostContract } from "../protocol/backend/contract.js";
import type { BackendSettings } from "../protocol/backend/lifecycle.js";
import type { Channel } from "../protocol/channel.js";
import type { Result } from "../protocol/contract.js";
import { Peer } from "../protocol/peer.js";
import { ownIdentity } from "../runs/process-identity.js";
import type { BackendChild, ChildExit } from "./backend-child.js";
import type { EndedBy } from "./exit-reason.js";
import { FloodGate } from "./flood-gate.js";
import { HeartbeatWatch } from "./heartbeat-watch.js";
import { exitMilliseconds, startMilliseconds, terminateMilliseconds } from "./time-outs.js";

export type BackendPeer = Peer<HostContract, BackendContract>;
export type Introduction = Result<BackendContract, "hello">;

export interface ConnectionOptions {
  readonly onViolation: (reason: string) => void;
  /** The process is of no use any more (it hangs, floods, or its line broke); it is being ended, or has ended already. Called once, before `onEnd`. */
  readonly onLost: (exit: ChildExit | undefined, endedBy: EndedBy | undefined) => void;
  /** The process is gone. Called once. */
  readonly onEnd: () => void;
}

/** One backend process and the conversation with it, from hello to its end. */
export class Connection {
  readonly peer: BackendPeer;
  private watch?: HeartbeatWatch;
  private lost = false;
  private ended = false;
  /** Resolves when the process is gone. */
  readonly end: Promise<void>;
  private resolveEnd!: () => void;

  constructor(
    readonly child: BackendChild,
    private readonly options: ConnectionOptions,
  ) {
    this.end = new Promise((resolve) => (this.resolveEnd = resolve));
    this.peer = new Peer(gated(child.channel, () => this.lose("flood")), hostContract, backendContract, "The training process", options.onViolation);
    child.onPulse(() => this.watch?.beat());
    this.peer.onNotice("heartbeat", () => this.watch?.beat());
    child.onExit((exit) => this.exited(exit));
    // A line that breaks is most often the process's end, which tells why a moment later.
    child.channel.onClose(() => void setTimeout(() => this.lose(undefined), exitMilliseconds));
  }

  /** @throws PromptTuningError what the process answers, or kind "backend" when it ended or is too slow. */
  async hello(settings: BackendSettings): Promise<Introduction> {
    const tooSlow = setTimeout(() => this.lose("no answer"), startMilliseconds);
    try {
      const { pid, started } = ownIdentity();
      const introduction = await this.peer.call("hello", { protocol: protocolVersion, settings, host: { pid, started }, token: this.child.token });
      if (!this.lost) this.watch = new HeartbeatWatch(() => this.lose("hang"));
      return introduction;
    } finally {
      clearTimeout(tooSlow);
    }
  }

  /** Whether the process can still be spoken with. */
  get alive(): boolean {
    return !this.lost;
  }

  /** Ends the process: SIGTERM, and SIGKILL where that does not help. */
  async terminate(): Promise<void> {
    this.quiet();
    if (this.ended) return;
    this.child.kill("SIGTERM");
    const kill = setTimeout(() => this.child.kill("SIGKILL"), terminateMilliseconds);
    await this.end;
    clearTimeout(kill);
  }

  kill(): void {
    this.quiet();
    if (!this.ended) this.child.kill("SIGKILL");
  }

  /** Lets the process go on without this window. */
  release(): void {
    this.quiet();
    this.child.release();
    this.peer.close();
  }

  private lose(endedBy: EndedBy | undefined): void {
    if (this.lost) return;
    this.options.onLost(undefined, endedBy);
    void this.terminate();
  }

  private exited(exit: ChildExit): void {
    if (this.ended) return;
    this.ended = true;
    if (!this.lost) this.options.onLost(exit, undefined);
    this.quiet();
    this.resolveEnd();
    this.options.onEnd();
  }

  /** Nothing of it is heard any more; calls under way fail. */
  private quiet(): void {
    if (this.lost) return;
    this.lost = true;
    this.watch?.dispose();
    this.peer.close();
  }
}

/** The channel behind a gate that a flood closes. */
function gated(channel: Channel, onFlood: () => void): Channel {
  const gate = new FloodGate(onFlood);
  return {
    send: (message) => channel.send(message),
    onMessage: (listener) => channel.onMessage((message) => gate.pass(performance.now()) && listener(message)),
    onClose: (listener) => channel.onClose(listener),
    close: () => channel.close(),
  };
}
