import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface MeasuredCommand {
  readonly seconds: number;
  /** The most memory it ever held, MiB; 0 where the system does not tell (only Linux does). */
  readonly peakMiB: number;
  /** Standard output's lines, each parsed as JSON. */
  readonly objects: readonly Record<string, any>[]; // eslint-disable-line @typescript-eslint/no-explicit-any
}

/** Runs a program that prints JSON lines; tells its time and the high-water mark of its memory. @throws when it fails, with its last words. */
export function measureCommand(program: string, args: readonly string[], options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal }): Promise<MeasuredCommand> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, [...args], { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let peakMiB = 0;
    const timer = setInterval(() => (peakMiB = Math.max(peakMiB, highWaterMiB(child.pid!))), 50);
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-5000)));
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(timer);
      if (code !== 0) return reject(new Error(`${args.join(" ")} ended with code ${code}:\n${errors.slice(-2000)}`));
      resolve({ seconds: (performance.now() - started) / 1000, peakMiB, objects: output.split("\n").filter(Boolean).map((line) => JSON.parse(line)) });
    });
  });
}

function highWaterMiB(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
