import { readFile } from "node:fs/promises";
import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { loadDataset } from "../data/load-dataset.js";
import type { Diagnostic } from "../experiment/diagnostic.js";
import { validateExperimentText } from "../experiment/load-experiment.js";
import { datasetNeeds } from "./load-data.js";
import type { BackendOptions } from "./options.js";
import { prepareRun } from "./prepared-run.js";

export interface ValidateOptions extends BackendOptions {
  /** Also opens the backbone (fetching it where needed) and encodes every row. */
  readonly withModel?: boolean;
}

/**
 * Everything that can be found wrong with an experiment before it runs: its text, then its data, and with `withModel`
 * its backbone, template and labels against the tokenizer. Empty: nothing.
 * @throws PromptTuningError only where the file itself cannot be read.
 */
export async function validateExperiment(file: string, options: ValidateOptions): Promise<readonly Diagnostic[]> {
  const { experiment, diagnostics } = validateExperimentText(await read(file));
  if (!experiment) return diagnostics;
  const folder = path.dirname(path.resolve(file));
  const found = [...diagnostics];
  const report = (severity: Diagnostic["severity"], message: string, key: string): void => {
    found.push({ severity, message, path: [key], line: 1, column: 1, offset: 0, length: 1 });
  };
  try {
    if (options.withModel) {
      const run = await prepareRun(experiment, folder, { ...options, emit: (event) => event.type === "message" && event.level === "warning" && report("warning", event.text, "dataset") });
      await run.backbone.dispose();
    } else {
      await loadDataset(experiment.dataset, datasetNeeds(experiment.task), experiment.training.seed, folder, { cache: options.cache });
    }
  } catch (error) {
    if (!(error instanceof PromptTuningError) || error.kind === "stopped") throw error;
    report("error", error.describe(), error.kind === "model" || error.kind === "network" ? "model" : "dataset");
  }
  return found;
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new PromptTuningError("experiment", `The experiment file ${file} cannot be read.`, { reason: cause instanceof Error ? cause.message : String(cause), advice: "Check the path.", file, cause });
  }
}
