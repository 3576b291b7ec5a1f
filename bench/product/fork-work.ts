import { fork } from "node:child_process";

/** Seconds without a word after which a process is taken to hang. */
const mostSilentSeconds = 120;

/**
 * Gives work to a process of its own and hears its messages.
 * @returns how it ended: undefined in order, else the signal or code, or that it hung.
 */
export function forkWork<Message>(script: string, work: unknown, signal: AbortSignal, onMessage: (message: Message) => void): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = fork(script, { signal, execArgv: [], stdio: ["ignore", "inherit", "ignore", "ipc"] });
    let silent = 0;
    let hung = false;
    // Counted in ticks, not by the clock: a machine that sleeps is no hanging process.
    const watch = setInterval(() => {
      if (++silent < mostSilentSeconds) return;
      hung = true;
      child.kill("SIGKILL");
    }, 1000);
    child.on("message", (message) => {
      silent = 0;
      onMessage(message as Message);
    });
    child.on("error", reject);
    child.on("exit", (code, ended) => {
      clearInterval(watch);
      resolve(hung ? "hung" : code === 0 ? undefined : (ended ?? String(code)));
    });
    child.send(work as object);
  });
}
