import { realpath } from "node:fs/promises";
import path from "node:path";
import { listCatalogue } from "../../backbone/sources/catalogue.js";
import { PromptTuningError } from "../../common/errors.js";
import { type LoadedExperiment, loadExperiment } from "../../experiment/load-experiment.js";
import { type Overrides, withOverrides } from "../../experiment/overrides.js";
import { taskFacts } from "../../tasks/task-facts.js";
import { parseTemplate, virtualTokenCount } from "../../tasks/template.js";

/**
 * The experiment file that a language model names: inside a workspace folder, whatever "..", "~" or links of names say.
 * @throws PromptTuningError kind "usage"
 */
export async function experimentPath(named: string, workspaceFolders: readonly string[]): Promise<string> {
  if (workspaceFolders.length === 0) throw new PromptTuningError("usage", "No folder is open.");
  for (const folder of workspaceFolders) {
    const file = path.resolve(folder, named);
    if (!file.endsWith(".ptune.json")) continue;
    // A link inside the workspace can lead out of it: the real places are compared.
    const [realFolder, realFile] = await Promise.all([realpath(folder), realpath(file)]).catch(() => [undefined, undefined]);
    if (realFolder !== undefined && realFile !== undefined && isInside(realFile, realFolder)) return file;
  }
  throw new PromptTuningError("usage", `There is no experiment file "${named}" in this workspace.`, { advice: "Name a *.ptune.json file, relative to the workspace folder." });
}

function isInside(file: string, folder: string): boolean {
  const inside = path.relative(folder, file);
  return inside !== "" && inside !== ".." && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside);
}

/** The experiment as it would run. @throws ExperimentError, PromptTuningError kind "experiment" */
export async function experimentToStart(file: string, overrides: Overrides | undefined): Promise<LoadedExperiment> {
  return withOverrides(await loadExperiment(file), overrides);
}

/** What a run of an experiment does, as facts for a question to the person. */
export interface RunPlan {
  readonly name: string;
  /** The backbone as the file names it. */
  readonly model: string;
  readonly virtualTokens: number;
  readonly steps: number;
  readonly batchSize: number;
  /** Where the backbone comes from when it is not there: bytes of the catalogue's file; undefined for others. */
  readonly modelBytes?: number;
}

export function planOf({ experiment }: LoadedExperiment): RunPlan {
  const { name, model, task, training } = experiment;
  const { template } = parseTemplate(task.template, taskFacts[task.type].answer);
  const entry = typeof model === "string" ? listCatalogue().find((known) => known.name === model.toLowerCase()) : undefined;
  return {
    name,
    model: typeof model === "string" ? model : "hub" in model ? model.hub : model.path,
    virtualTokens: virtualTokenCount(template),
    steps: training.steps,
    batchSize: training.batchSize,
    modelBytes: entry?.file.size,
  };
}
