import net from "node:net";
import type { FoundAddress } from "../protocol/backend/background-address.js";
import { SocketChannel } from "../protocol/socket-channel.js";
import { isRunning } from "../runs/process-identity.js";
import type { BackendChild, ChildExit } from "./backend-child.js";
import { attachMilliseconds } from "./time-outs.js";

/** Connects to a backend process of an earlier window. Rejects where nobody answers there. */
export async function attachChild(found: FoundAddress, onViolation: (reason: string) => void): Promise<BackendChild> {
  const line = await connect(found.address);
  const pulse = await connect(found.pulse).catch((error: unknown) => {
    line.destroy();
    throw error;
  });
  pulse.on("error", () => undefined).resume();
  const channel = new SocketChannel(line, undefined, onViolation);
  return {
    pid: found.pid,
    token: found.token,
    channel,
    onPulse: (listener) => void pulse.on("data", listener),
    onExit: (listener) => channel.onClose(() => listener(lost)),
    kill: (signal) => {
      // Never another process that got its number meanwhile.
      if (isRunning(found) !== "no") tryKill(found.pid, signal);
    },
    release: () => {
      pulse.destroy();
      channel.close();
    },
  };
}

/** How a process ended that is not this one's child is not told. */
const lost: ChildExit = { code: null, signal: null, output: "" };

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}

function connect(address: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(address);
    const timer = setTimeout(() => fail(new Error("nobody answers")), attachMilliseconds);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}
