import { exitCodeFor, PromptTuningError } from "../../common/errors.js";
import { describePath, type Diagnostic } from "../../experiment/diagnostic.js";
import type { CommandContext } from "../context.js";
import { displayPath } from "../invocation.js";
import { harmless } from "../output/harmless.js";
import { count } from "../output/numbers.js";

export interface ValidateSettings {
  readonly model: boolean;
}

/** ptune validate FILE...: every file is looked at; 2 where one has an error. */
export async function validateCommand(context: CommandContext, files: readonly string[], { model }: ValidateSettings): Promise<number> {
  const { validateExperiment } = await import("../../backend/validate-experiment.js");
  const { runsRoot, signal, results, json, currentFolder } = context;
  let code = 0;
  for (const file of files) {
    const diagnostics = await validateExperiment(file, { runsRoot, signal, withModel: model }).catch((error: unknown) => {
      // A file that cannot be read does not hide what is wrong with the others.
      if (!(error instanceof PromptTuningError) || exitCodeFor(error) !== 2) throw error;
      return [{ message: error.describe(), severity: "error", path: [], line: error.line ?? 1, column: error.column ?? 1, offset: 0, length: 1 } satisfies Diagnostic];
    });
    const errors = diagnostics.filter(({ severity }) => severity === "error").length;
    if (errors > 0) code = 2;
    if (json) {
      results.object({ type: "validation", file, valid: errors === 0, diagnostics });
      continue;
    }
    for (const { line, column, severity, path, message } of diagnostics)
      results.line(harmless(`${displayPath(file, currentFolder)}:${line}:${column}: ${severity}: ${path.length > 0 ? `${describePath(path)}: ` : ""}${message}`));
    const warnings = diagnostics.length - errors;
    if (errors > 0) results.line(`${harmless(file)} has ${count(errors, "error")}.`);
    else results.line(`${harmless(file)} is right${warnings > 0 ? `, with ${count(warnings, "warning")}` : ""}.`);
  }
  return code;
}
