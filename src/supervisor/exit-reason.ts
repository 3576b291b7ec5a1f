import type { ChildExit } from "./backend-child.js";

export interface ExitReason {
  /** What happened, one sentence. */
  readonly reason: string;
  /** What can be done, one sentence. */
  readonly advice: string;
}

/** Why the supervisor ended a process itself. */
export type EndedBy = "hang" | "flood" | "no answer";

const memoryAdvice = "Close other programs, or make the experiment smaller: training.batchSize, task.maxTokens, training.keptMemoryMB.";

/** What a process's end means, for a person. */
export function exitReason({ code, signal, output }: ChildExit, endedBy?: EndedBy): ExitReason {
  const again = "Where it happens again, look into the log (Prompt Tuning: Show Log).";
  if (endedBy === "hang") return { reason: "It gave no sign of life and was ended.", advice: again };
  if (endedBy === "flood") return { reason: "It sent far more messages than can be read and was ended.", advice: again };
  if (endedBy === "no answer") return { reason: "It did not answer when it was started.", advice: again };
  // Node's own words when its heap is full; it then aborts (SIGABRT, or 134 = 128 + 6 through a shell).
  if (/heap out of memory|Allocation failed - JavaScript|bad_alloc|Cannot allocate memory/i.test(output)) return { reason: "It ran out of memory.", advice: memoryAdvice };
  if (signal === "SIGKILL" || code === 137) return { reason: "It was killed, by a person or by the system because memory ran out.", advice: memoryAdvice };
  if (signal === "SIGABRT" || code === 134) return { reason: "It aborted, most likely because memory ran out.", advice: memoryAdvice };
  if (signal === "SIGSEGV" || signal === "SIGBUS" || signal === "SIGILL" || signal === "SIGFPE" || (code !== null && windowsCrashes.has(code >>> 0))) return { reason: `The native library crashed (${signal ?? hexadecimal(code!)}).`, advice: "Try again; where it happens again, please report it with the log." };
  if (signal === "SIGTERM" || signal === "SIGINT" || signal === "SIGHUP") return { reason: `It was ended from outside (${signal}).`, advice: again };
  if (signal) return { reason: `It was ended by ${signal}.`, advice: again };
  const said = lastWords(output);
  if (code === null) return { reason: "The connection to it broke.", advice: again };
  return { reason: `It ended with exit code ${code}${said ? `: ${said}` : ""}.`.replace(/\.\.$/, "."), advice: again };
}

/** STATUS_ACCESS_VIOLATION, STATUS_ILLEGAL_INSTRUCTION, STATUS_HEAP_CORRUPTION, STATUS_STACK_BUFFER_OVERRUN. */
const windowsCrashes: ReadonlySet<number> = new Set([0xc0000005, 0xc000001d, 0xc0000374, 0xc0000409]);

const hexadecimal = (code: number): string => `0x${(code >>> 0).toString(16)}`;

/** The line that says what was thrown, else the last one. */
function lastWords(output: string): string {
  const lines = output.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const thrown = lines.findLast((line) => /^(\w*Error|Uncaught)\b.*:/.test(line));
  return (thrown ?? lines.findLast((line) => !line.startsWith("at ")) ?? "").slice(0, 300);
}
