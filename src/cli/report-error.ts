import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CommanderError } from "commander";
import { exitCodeFor, PromptTuningError } from "../common/errors.js";
import { ExperimentError, describeDiagnostic } from "../experiment/diagnostic.js";
import { harmless } from "./output/harmless.js";

/** What a failure looks like: text for a person, an object for a program, and the process's exit code. */
export interface ErrorReport {
  readonly text: string;
  readonly object: { readonly type: "error"; readonly kind: string; readonly message: string; readonly exitCode: number; readonly [key: string]: unknown };
  readonly exitCode: number;
}

/** @param debug whether the stack is shown (PTUNE_DEBUG=1). */
export function describeError(error: unknown, debug: boolean): ErrorReport {
  if (error instanceof ExperimentError) return experimentReport(error);
  if (error instanceof PromptTuningError) return expectedReport(error, debug);
  return unexpectedReport(error, debug);
}

/** The command line itself was wrong: commander has the sentence, with its suggestion. */
export function describeUsageError(error: CommanderError): ErrorReport {
  const message = error.message.replace(/^error: /, "").replace(/\n\(Did you mean/, " (Did you mean");
  return report("usage", sentence(message), 2, { advice: "Use --help for what there is." }, `${sentence(message)} Use --help for what there is.`);
}

function experimentReport(error: ExperimentError): ErrorReport {
  const { diagnostics, file } = error;
  const lines = diagnostics.map((diagnostic) => `${file}:${diagnostic.line}:${diagnostic.column}: ${diagnostic.severity}: ${placeless(describeDiagnostic(diagnostic))}`);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const message = `The experiment has ${errors === 1 ? "one problem" : `${errors} problems`}.`;
  return report("experiment", message, 2, { file, line: error.line, column: error.column, diagnostics }, [message, ...lines].join("\n"));
}

/** "task.template: the sentence": the place is told before it, as compilers do. */
function placeless(described: string): string {
  return described.replace(/^\s*line \d+, column \d+(?:, |: )/, "");
}

function expectedReport(error: PromptTuningError, debug: boolean): ErrorReport {
  const { kind, message, reason, advice, file, line, column } = error;
  const exitCode = exitCodeFor(error);
  const place = file !== undefined && line !== undefined ? `${file}:${line}${column === undefined ? "" : `:${column}`}: ` : "";
  const told = error.describe();
  // Many messages name the file themselves.
  const text = place !== "" && !told.includes(file!) ? `${place}${told}` : told;
  return report(kind, message, exitCode, { reason, advice, file, line, column }, debug ? `${text}\n${String(error.stack)}` : text);
}

function unexpectedReport(error: unknown, debug: boolean): ErrorReport {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? String(error.stack) : message;
  const engine = engineMissing(error);
  if (engine) return report("model", engine, 1, {}, debug ? `${engine}\n${stack}` : engine);
  const what = `Something went wrong inside this program: ${sentence(message)} This is a bug.`;
  const where = debug ? stack : `${keepDetails(stack)} Please report it with the command that you ran.`;
  return report("bug", what, 1, { stack: debug ? stack : undefined }, `${what}\n${where}`);
}

/** onnxruntime's native library is missing or does not fit this system. */
function engineMissing(error: unknown): string | undefined {
  const { code, message = "" } = (error ?? {}) as { code?: string; message?: string };
  if (code !== "MODULE_NOT_FOUND" && code !== "ERR_DLOPEN_FAILED") return undefined;
  if (!/onnxruntime/.test(message)) return undefined;
  return `The engine (onnxruntime-node) cannot be loaded: ${sentence(message.split("\n")[0])} Install the packages again with: npm ci`;
}

function keepDetails(stack: string): string {
  const file = path.join(tmpdir(), `ptune-error-${process.pid}.txt`);
  try {
    writeFileSync(file, `${process.argv.slice(2).join(" ")}\nNode ${process.version}, ${process.platform} ${process.arch}\n${stack}\n`, { mode: 0o600 });
    return `Details are in ${file} (PTUNE_DEBUG=1 shows them here).`;
  } catch {
    return "PTUNE_DEBUG=1 shows the details.";
  }
}

function report(kind: string, message: string, exitCode: number, details: Record<string, unknown>, text: string): ErrorReport {
  return { text: harmless(text), exitCode, object: { type: "error", kind, message, ...details, exitCode } };
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const started = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?)]$/.test(started) ? started : `${started}.`;
}
