import { PromptTuningError } from "../common/errors.js";

/** One thing that is wrong with an experiment file, and its exact place. */
export interface Diagnostic {
  readonly message: string;
  readonly severity: "error" | "warning";
  /** Keys and indices from the file's root to the value, e.g. ["task", "maxTokens", "text"]. */
  readonly path: readonly (string | number)[];
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** UTF-16 offset in the file, from 0, and how many units are meant (for the editor's underline). */
  readonly offset: number;
  readonly length: number;
  /** What most likely belongs in the place of these units, where one correction is near ("Did you mean …?"). */
  readonly replacement?: string;
}

/** The experiment file is wrong: all its problems at once. */
export class ExperimentError extends PromptTuningError {
  constructor(
    file: string,
    readonly diagnostics: readonly Diagnostic[],
  ) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
    const count = errors.length === 1 ? "one problem" : `${errors.length} problems`;
    super("experiment", `${file} has ${count}:\n${errors.map(describeDiagnostic).join("\n")}`, { file, line: errors[0]?.line, column: errors[0]?.column });
    this.name = "ExperimentError";
  }
}

/** One line: place, path, what is wrong. */
export function describeDiagnostic({ line, column, path, message }: Diagnostic): string {
  return `  line ${line}, column ${column}${path.length === 0 ? "" : `, ${describePath(path)}`}: ${message}`;
}

/** A path as a person writes it: task.maxTokens.text, evaluation.baselines[2]. Keys that are no words are quoted. */
export function describePath(path: readonly (string | number)[]): string {
  return path
    .map((key, depth) => {
      if (typeof key === "number") return `[${key}]`;
      if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key)) return `[${JSON.stringify(key)}]`;
      return depth === 0 ? key : `.${key}`;
    })
    .join("");
}

/** A value of the file in a message: as JSON, at most about 80 characters. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
