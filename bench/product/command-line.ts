import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { ResultEvent, RunEvent } from "../../src/runs/events.js";

/** Builds the command line as a person does (`npm run build`) and returns its file. */
export function buildCommandLine(root: string): string {
  const { status } = spawnSync(process.execPath, [path.join(root, "scripts", "build.mjs")], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error("The command line could not be built; the reason stands above.");
  return path.join(root, "out", "ptune.js");
}

export interface CommandOptions {
  /** Folder the command is run in: the runs go to .ptune/runs there. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
  /** Milliseconds after this event at which the process is killed (SIGKILL); undefined: not because of it. */
  readonly killAfter?: (event: RunEvent) => number | undefined;
}

export interface Finished {
  readonly code: number | null;
  readonly killed: boolean;
  readonly events: readonly RunEvent[];
  readonly errors: string;
}

/** Runs `ptune --json` with arguments in a process of its own. */
export function runCommandLine(script: string, args: readonly string[], options: CommandOptions): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, "--json", ...args], { cwd: options.folder, stdio: ["ignore", "pipe", "pipe"], signal: options.signal });
    const events: RunEvent[] = [];
    let errors = "";
    let killed = false;
    let timer: NodeJS.Timeout | undefined;
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-100_000)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      let event: RunEvent;
      try {
        event = JSON.parse(line) as RunEvent;
      } catch {
        return; // A line that the kill cut.
      }
      events.push(event);
      options.onEvent?.(event);
      const delay = killed || timer ? undefined : options.killAfter?.(event);
      if (delay !== undefined) timer = setTimeout(() => (killed = child.kill("SIGKILL")), delay);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, killed: killed && signal === "SIGKILL", events, errors });
    });
  });
}

/** The result of a whole run. @throws when it did not succeed, with what the command said. */
export async function runToResult(script: string, args: readonly string[], options: CommandOptions): Promise<ResultEvent> {
  const { code, events, errors } = await runCommandLine(script, args, options);
  const result = events.findLast((event) => event.type === "result");
  if (code !== 0 || result?.status !== "succeeded") throw new Error(`ptune ${args.join(" ")} ended with code ${code}:\n${errors.slice(-2000)}`);
  return result;
}
