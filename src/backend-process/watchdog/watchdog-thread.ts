import net from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { heartbeatMilliseconds } from "../../protocol/backend/heartbeat-time.js";
import { isRunning } from "../../runs/process-identity.js";
import { SharedState } from "./shared-state.js";
import { killMilliseconds, watchMilliseconds } from "./time-outs.js";
import { Vigil } from "./vigil.js";

export interface WatchdogData {
  readonly memory: SharedArrayBuffer;
  /** The pipe to the process that forked this one; heartbeats go there. */
  readonly pulseFile: number | null;
}

/** Messages to the thread: where a window that joins later hears the heartbeats; null: nowhere. */
export type WatchdogMessage = { readonly pulseAddress: string | null };

/**
 * The second thread of the backend process. It beats while the main thread is alive, busy or not, and it ends the process
 * when its window is gone and the main thread is too busy to notice. It loads nothing that computes.
 */
export function watch(): void {
  const { memory, pulseFile } = workerData as WatchdogData;
  const state = new SharedState(memory);
  const vigil = new Vigil();
  const lines = new PulseLines(pulseFile);
  parentPort?.on("message", (message: WatchdogMessage) => lines.listen(message.pulseAddress));
  setInterval(() => {
    if (!vigil.hangs(state, performance.now())) lines.beat();
  }, heartbeatMilliseconds);

  const parent = process.ppid;
  let goneSince: number | undefined;
  setInterval(() => {
    if (state.goesOn || state.host === 0 || !isGone(state.host, parent)) goneSince = undefined;
    else goneSince ??= performance.now();
    // Asked to end in order it has not: it computes, or hangs. What was saved last is what can be resumed.
    if (goneSince !== undefined && performance.now() - goneSince > killMilliseconds) process.kill(process.pid, "SIGKILL");
  }, watchMilliseconds);
}

/** Whether the window's process has ended. */
function isGone(host: number, parent: number): boolean {
  // Whoever's parent ends gets another one, also before the dead one is reaped. Windows keeps the number.
  if (host === parent && process.platform !== "win32") return process.ppid !== parent;
  if (process.platform === "linux") return isRunning({ pid: host, started: null }) === "no";
  try {
    process.kill(host, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Where heartbeats go: the pipe of the process that forked this one, and windows that joined later. */
class PulseLines {
  private readonly sockets = new Set<net.Socket>();
  private server?: net.Server;

  constructor(pulseFile: number | null) {
    if (pulseFile !== null) this.add(new net.Socket({ fd: pulseFile, readable: false, writable: true }));
  }

  beat(): void {
    // One that does not read gets no more: what waits would only grow.
    for (const socket of this.sockets) if (socket.writableLength < 64) socket.write(".");
  }

  listen(address: string | null): void {
    this.server?.close();
    this.server = undefined;
    if (address === null) return;
    this.server = net.createServer((socket) => this.add(socket));
    this.server.on("error", () => undefined);
    this.server.listen(address);
  }

  private add(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
    socket.resume();
  }
}
