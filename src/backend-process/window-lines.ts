import { timingSafeEqual } from "node:crypto";
import { PromptTuningError } from "../common/errors.js";
import { backendContract, hostContract, protocolVersion } from "../protocol/backend/contract.js";
import type { BackendSettings } from "../protocol/backend/lifecycle.js";
import type { Channel } from "../protocol/channel.js";
import type { Params, Result } from "../protocol/contract.js";
import { Peer } from "../protocol/peer.js";
import type { WindowPeer } from "./context.js";
import { helloMilliseconds } from "./watchdog/time-outs.js";

type Hello = Params<typeof backendContract, "hello">;

export interface WindowLinesOptions {
  /** What hello answers. @throws PromptTuningError where this process cannot work. */
  readonly introduce: () => Promise<Result<typeof backendContract, "hello">>;
  /** A window has said hello and is this process's window from now on: its calls are to be answered. */
  readonly onWindow: (peer: WindowPeer, settings: BackendSettings, hostPid: number) => void;
  /** The window is gone. */
  readonly onGone: () => void;
  readonly onViolation: (reason: string) => void;
}

/** The windows that speak with this process: at most one at a time is its window; another one is told so. */
export class WindowLines {
  private current?: WindowPeer;

  constructor(private readonly options: WindowLinesOptions) {}

  /** The window now. */
  get window(): WindowPeer | undefined {
    return this.current;
  }

  /** @param token what a window must know; undefined where the channel itself is proof (the process that forked this one). */
  accept(channel: Channel, token?: string): void {
    const peer: WindowPeer = new Peer(channel, backendContract, hostContract, "The window", this.options.onViolation);
    const tooLate = setTimeout(() => peer.close(), helloMilliseconds);
    channel.onClose(() => {
      clearTimeout(tooLate);
      if (this.current !== peer) return;
      this.current = undefined;
      this.options.onGone();
    });
    peer.handle("hello", async (hello) => {
      this.check(hello, peer, token);
      clearTimeout(tooLate);
      // Taken before anything is waited for: of two windows at once, one wins.
      this.current = peer;
      try {
        const introduction = await this.options.introduce();
        this.options.onWindow(peer, hello.settings, hello.host.pid);
        return introduction;
      } catch (error) {
        this.current = undefined;
        throw error;
      }
    });
  }

  private check({ protocol, token: given }: Hello, peer: WindowPeer, token: string | undefined): void {
    if (token !== undefined && !sameText(given ?? "", token)) throw new PromptTuningError("backend", "The training process does not know this window.", { advice: "Reload the window." });
    if (protocol !== protocolVersion)
      throw new PromptTuningError("backend", "The training process is of another version of Prompt Tuning Lab.", { reason: `It speaks protocol ${protocolVersion}, the window ${protocol}.`, advice: "Its runs go on; new runs get a process of their own." });
    if (this.current !== undefined && this.current !== peer)
      throw new PromptTuningError("busy", "Another window follows the runs in the background already.", { advice: "Stop or pause them there; here they can be watched." });
  }
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
