import { backendContract, hostContract } from "../../src/protocol/backend/contract.js";
import type { JobStatus } from "../../src/protocol/backend/jobs.js";
import { type Channel, channelPair } from "../../src/protocol/channel.js";
import { Peer } from "../../src/protocol/peer.js";
import type { BackendChild, ChildExit } from "../../src/supervisor/backend-child.js";

let lastPid = 1000;

/** A backend process without a process: it speaks the protocol, and does what a test wants. */
export class FakeChild implements BackendChild {
  readonly pid = ++lastPid;
  readonly channel: Channel;
  readonly peer: Peer<typeof backendContract, typeof hostContract>;
  readonly killed: string[] = [];
  readonly asked: string[] = [];
  released = false;
  ignoresSigterm = false;
  private readonly far: Channel;
  private exitListener: (exit: ChildExit) => void = () => {};
  private pulseListener: () => void = () => {};
  private pulse?: NodeJS.Timeout;

  constructor({ hello = () => {}, jobs = [] }: { readonly hello?: () => void | Promise<void>; readonly jobs?: readonly JobStatus[] } = {}) {
    [this.channel, this.far] = channelPair();
    this.peer = new Peer(this.far, backendContract, hostContract, "The window");
    this.peer.handle("hello", async () => {
      await hello();
      this.beat();
      return { protocol: 1, pid: this.pid, started: null, programVersion: "1.0.0", onnxruntimeVersion: "1" };
    });
    this.peer.handle("jobs/list", () => [...jobs]);
    this.peer.handle("configure", () => ({}));
    this.peer.handle("jobs/start", ({ job, source, runsRoot }) => {
      this.asked.push(job);
      return statusOf({ job, source, runsRoot });
    });
    this.peer.handle("shutdown", () => {
      setTimeout(() => this.exit(0, null), 10);
      return {};
    });
  }

  onPulse(listener: () => void): void {
    this.pulseListener = listener;
  }
  onExit(listener: (exit: ChildExit) => void): void {
    this.exitListener = listener;
  }
  kill(signal: "SIGTERM" | "SIGKILL"): void {
    this.killed.push(signal);
    if (signal === "SIGKILL" || !this.ignoresSigterm) setTimeout(() => this.exit(null, signal), 1);
  }
  release(): void {
    this.released = true;
    clearInterval(this.pulse);
    this.far.close();
  }

  exit(code: number | null, signal: NodeJS.Signals | null, output = ""): void {
    clearInterval(this.pulse);
    this.exitListener({ code, signal, output });
    this.far.close();
  }
  /** Heartbeats, until `hang`. */
  beat(): void {
    this.pulse = setInterval(() => this.pulseListener(), 1000);
  }
  hang(): void {
    clearInterval(this.pulse);
  }
  breakLine(): void {
    this.far.close();
  }
}

export function statusOf(part: Partial<JobStatus> = {}): JobStatus {
  return { job: "job", source: { type: "experiment", file: "a.ptune.json" }, runsRoot: "runs", title: "a", run: null, state: "queued", activity: null, step: null, outcome: null, ...part };
}
