import { IpcChannel } from "../protocol/ipc-channel.js";
import { BackendProcess } from "./backend-process.js";
import { Watchdog } from "./watchdog/watchdog.js";
import { endMilliseconds } from "./watchdog/time-outs.js";

/** The number of the file that heartbeats are written to: the pipe after the line's. */
export const pulseFile = 4;

/** Starts the process's work. @param script this process's own script. */
export function runProcess(script: string): void {
  if (!process.send) {
    console.error("This program is started by the Prompt Tuning Lab extension. The command line is ptune.js.");
    process.exit(2);
  }
  // Who reads what is printed may be gone while the runs go on.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  const watchdog = new Watchdog(script, pulseFile, (error) => backend.unexpected(error));
  watchdog.state.host = process.ppid;
  const backend = new BackendProcess(watchdog);
  process.on("uncaughtException", (error) => backend.unexpected(error));
  process.on("unhandledRejection", (reason) => backend.unexpected(reason));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void backend.end(endMilliseconds));
  // Of the terminal that VS Code was started from: the window decides, not the terminal.
  process.on("SIGHUP", () => undefined);
  backend.accept(new IpcChannel(process));
}
