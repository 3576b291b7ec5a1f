import { fork } from "node:child_process";
import type { Readable } from "node:stream";
import { IpcChannel } from "../protocol/ipc-channel.js";
import type { BackendChild, ChildExit } from "./backend-child.js";
import { OutputTail } from "./output-tail.js";

export interface ForkOptions {
  /** `out/backend.js`. */
  readonly script: string;
  /** Node, or VS Code's own executable, which is Node where ELECTRON_RUN_AS_NODE is set. */
  readonly execPath?: string;
  /** Options of Node itself. */
  readonly execArgv?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Told what the process prints, piece by piece. */
  readonly onOutput?: (text: string) => void;
}

/** What of this process's environment is about this process only. */
const own = /^(NODE_OPTIONS|NODE_INSPECT.*|VSCODE_INSPECTOR_OPTIONS|ELECTRON_NO_ATTACH_CONSOLE|NODE_CHANNEL_FD|NODE_CHANNEL_SERIALIZATION_MODE)$/;

/** Forks a backend process. It has a process group of its own: what ends this process's group does not end a run that is to go on. */
export function forkChild({ script, execPath = process.execPath, execArgv = [], environment = process.env, onOutput }: ForkOptions): BackendChild {
  const hidden = { windowsHide: true };
  const child = fork(script, [], {
    ...hidden,
    execPath,
    execArgv: [...execArgv],
    env: { ...Object.fromEntries(Object.entries(environment).filter(([name]) => !own.test(name))), ELECTRON_RUN_AS_NODE: "1" },
    serialization: "json",
    // The fifth is for heartbeats (src/backend-process/run-process.ts).
    stdio: ["ignore", "pipe", "pipe", "ipc", "pipe"],
    detached: process.platform !== "win32",
  });
  const tail = new OutputTail();
  const read = (piece: Buffer): void => {
    tail.add(piece);
    onOutput?.(piece.length > mostLogged ? `${piece.subarray(0, mostLogged).toString("utf8")} …` : piece.toString("utf8"));
  };
  const pulse = child.stdio[4] as Readable;
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", read).on("error", () => undefined);
  pulse.on("error", () => undefined).resume();
  const listeners: ((exit: ChildExit) => void)[] = [];
  let ended: ChildExit | undefined;
  const exit = (code: number | null, signal: NodeJS.Signals | null): void => {
    ended ??= { code, signal, output: tail.text };
    for (const listener of listeners.splice(0)) listener(ended);
  };
  // "exit" alone is not enough: what was printed last may still be on its way. But a grandchild may hold the pipes open.
  child.on("close", exit);
  child.on("exit", (code, signal) => setTimeout(() => exit(code, signal), 200));
  child.on("error", (error) => {
    tail.add(Buffer.from(`${error.message}\n`));
    if (child.pid === undefined) exit(1, null);
  });
  return {
    pid: child.pid ?? 0,
    channel: new IpcChannel(child),
    onPulse: (listener) => void pulse.on("data", listener),
    onExit: (listener) => (ended ? listener(ended) : listeners.push(listener)),
    kill: (signal) => void child.kill(signal),
    release: () => {
      if (child.connected) child.disconnect();
      for (const stream of [child.stdout!, child.stderr!, pulse] as unknown as { unref(): void }[]) stream.unref();
      child.unref();
    },
  };
}

const mostLogged = 4096;
