/**
 * The one error type that reaches a person. Every expected failure is a PromptTuningError: it says what
 * happened, why, and what to do now. Anything else that is thrown is a bug in this program.
 */
export const errorKinds = [
  "experiment", // the experiment file is wrong
  "data", // a data file or a row is wrong
  "model", // a model, tokenizer or adapter file is wrong or not supported
  "operator", // the graph holds an operator that cannot be differentiated
  "network", // a download failed
  "integrity", // a size or a hash differs from what was promised
  "storage", // disk full, permission, input/output error
  "busy", // another process holds the run
  "run", // a run cannot be opened, resumed or exported as asked
  "training", // training itself failed (loss not finite, ...)
  "stopped", // the person stopped it
  "usage", // a command was used wrongly
  "backend", // the backend process ended, hangs, or does not answer
] as const;
export type ErrorKind = (typeof errorKinds)[number];

export interface ErrorDetails {
  /** Why it happened, one sentence. */
  readonly reason?: string;
  /** What the person can do now, one sentence. */
  readonly advice?: string;
  /** The file the error is about. */
  readonly file?: string;
  /** 1-based line and column in that file. */
  readonly line?: number;
  readonly column?: number;
  /** Keys of the experiment's setting the error is about, e.g. ["dataset", "columns", "text"]. */
  readonly setting?: readonly (string | number)[];
  readonly cause?: unknown;
}

export class PromptTuningError extends Error {
  readonly reason?: string;
  readonly advice?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly setting?: readonly (string | number)[];

  constructor(
    readonly kind: ErrorKind,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "PromptTuningError";
    this.reason = details.reason;
    this.advice = details.advice;
    this.file = details.file;
    this.line = details.line;
    this.column = details.column;
    this.setting = details.setting;
  }

  /** The whole message for a person: what happened, why, what to do now. */
  describe(): string {
    return [this.message, this.reason, this.advice].filter((part) => part).join(" ");
  }
}

/** Exit code of the command line for an error (experiment.md: 1 failed, 2 experiment or data wrong, 130 stopped). */
export function exitCodeFor(error: unknown): number {
  if (!(error instanceof PromptTuningError)) return 1;
  if (error.kind === "experiment" || error.kind === "data" || error.kind === "usage") return 2;
  return error.kind === "stopped" ? 130 : 1;
}
