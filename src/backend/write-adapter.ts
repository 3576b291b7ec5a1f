import { type AdapterContent, writePeftAdapter } from "../adapter/peft-write.js";
import type { RunFolder } from "../runs/run-folder.js";
import type { TrainingOutcome } from "../training/trainer.js";
import { programVersion } from "./versions.js";
import type { PreparedRun } from "./prepared-run.js";
import { moveModel } from "../experiment/relative-paths.js";

/** Leaves what was learned in the run's adapter folder, in PEFT's format. Returns the folder. */
export async function writeAdapter(run: PreparedRun, folder: RunFolder, best: TrainingOutcome["best"]): Promise<string> {
  const { experiment, backbone, task } = run;
  const { model } = experiment;
  const metric = experiment.evaluation.metric;
  const content: AdapterContent = {
    prompt: best.values.prompt,
    virtualTokens: task.virtualTokens,
    backbone: backbone.description,
    revision: typeof model === "object" && "hub" in model ? model.revision : undefined,
    model: moveModel(model, run.folder, folder.adapter),
    init: experiment.method.init,
    task: experiment.task,
    programVersion,
    labels: task.type === "classification" ? task.labels : task.type === "sequence-labelling" ? task.types : undefined,
    head: task.head.kind === "linear" ? { weight: best.values["head.weight"], bias: best.values["head.bias"] } : undefined,
    run: folder.name,
    results: best.value === null ? undefined : [`Best ${metric ?? "validation"} on the validation split: ${best.value.toFixed(4)}, at step ${best.step}.`],
  };
  writePeftAdapter(folder.adapter, content);
  return folder.adapter;
}
