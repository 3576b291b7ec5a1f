import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { splitNames } from "../data/dataset.js";
import { loadDataset } from "../data/load-dataset.js";
import { checkFiles } from "../experiment/checks/check-files.js";
import type { Diagnostic } from "../experiment/diagnostic.js";
import type { JsonDocument } from "../experiment/json-document.js";
import { readExperimentSource, readExperimentText } from "../experiment/load-experiment.js";
import { descriptionOf, type Experiment, filesOf } from "../experiment/schema.js";
import { datasetNeeds } from "./load-data.js";
import type { BackendOptions } from "./options.js";
import { prepareRun } from "./prepared-run.js";

export interface ValidateOptions extends BackendOptions {
  /** Also opens the backbone (fetching it where needed) and encodes every row. */
  readonly withModel?: boolean;
  /** The file's text where an editor holds a newer one than the disk. */
  readonly text?: string;
}

/**
 * Everything that can be found wrong with an experiment before it runs: its text, then its data, and with `withModel`
 * its backbone, template and labels against the tokenizer. Empty: nothing. Each problem stands at the setting it is about.
 * @throws PromptTuningError only where the file itself cannot be read, or kind "stopped".
 */
export async function validateExperiment(file: string, options: ValidateOptions): Promise<readonly Diagnostic[]> {
  const text = readExperimentText(options.text ?? (await readExperimentSource(file)));
  const folder = path.dirname(path.resolve(file));
  const found = [...text.diagnostics, ...(await checkFiles(text, folder))];
  const { experiment, document } = text;
  // What the quick look found would be found again, in other words.
  if (experiment && document && !found.some(({ severity }) => severity === "error")) found.push(...(await tryToPrepare(experiment, document, folder, options)));
  return found.sort((a, b) => a.offset - b.offset);
}

/** Does what a run does before its first step, and tells what that complains of. */
async function tryToPrepare(experiment: Experiment, document: JsonDocument, folder: string, options: ValidateOptions): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  const report = (message: string, path: readonly (string | number)[], severity: Diagnostic["severity"]): void => {
    found.push(document.diagnostic(message, path, document.valueSpan(path), severity));
  };
  try {
    if (options.withModel) {
      const run = await prepareRun(experiment, folder, {
        ...options,
        emit: (event) => {
          if (event.type === "message" && event.level === "warning") report(event.text, ["dataset"], "warning");
          options.emit?.(event);
        },
      });
      await run.backbone.dispose();
    } else {
      await loadDataset(experiment.dataset, datasetNeeds(experiment.task), experiment.training.seed, folder, { cache: options.cache });
    }
  } catch (error) {
    if (!(error instanceof PromptTuningError) || error.kind === "stopped") throw error;
    report(error.describe(), settingOf(error, experiment, folder), "error");
  }
  return found;
}

/** The setting an error is about: what the error says itself, else the data file or model it names, else the section its kind belongs to. */
function settingOf(error: PromptTuningError, { dataset, model }: Experiment, folder: string): readonly (string | number)[] {
  if (error.setting) return error.setting;
  const files = filesOf(dataset);
  const split = splitNames.find((name) => files?.[name] !== undefined && error.file !== undefined && path.resolve(folder, files[name]) === path.resolve(folder, error.file));
  if (split) return ["dataset", split];
  if (error.kind === "data") return descriptionOf(dataset) ? ["dataset", "description"] : ["dataset"];
  if (error.kind === "experiment") return ["task"];
  return typeof model === "object" && "path" in model ? ["model", "path"] : ["model"];
}
