import path from "node:path";
import type { Backbone, ProgramOptions } from "../backbone/backbone.js";
import { cacheFolder } from "../backbone/sources/cache-folder.js";
import type { Dataset } from "../data/dataset.js";
import type { Program } from "../engine/program.js";
import type { Experiment } from "../experiment/schema.js";
import type { GradientsChoice } from "../runs/environment.js";
import { createTask, verbalizerOf } from "../tasks/create-task.js";
import { spanTypes } from "../tasks/labelling/sequence-labelling.js";
import { taskContext } from "../tasks/task-context.js";
import type { Task } from "../tasks/task.js";
import type { Company } from "./company.js";
import { chooseGradients, lossNothingShown } from "./gradients/choose-gradients.js";
import { trialOnThisMachine } from "./gradients/machine-trial.js";
import { loadBackbone } from "./load-backbone.js";
import { loadExperimentData } from "./load-data.js";
import type { BackendOptions } from "./options.js";

/** Texts cut at task.maxTokens or task.maxRowTokens, passages that do not fit or are not there: the experiment asks for it, so it is told, not warned of. */
const askedFor: readonly string[] = ["truncated", "row-tokens", "passages", "no-context"];

/** A run's parts, loaded and checked against each other, before the first step. */
export interface PreparedRun {
  /** Every default filled in, the verbalizer included. Paths as in the experiment given. */
  readonly experiment: Experiment;
  /** What the experiment's paths are relative to. */
  readonly folder: string;
  readonly backbone: Backbone;
  readonly dataset: Dataset;
  readonly task: Task;
  readonly program: Program;
  /** How its gradients are computed, and why. */
  readonly gradients: GradientsChoice;
  /** Present where other runs go on in this process beside it. */
  readonly company?: Company;
}

/** Where a run's parts come from: made for it alone, or shared with others. */
export interface RunParts {
  dataset(experiment: Experiment, folder: string, options: BackendOptions): Promise<Dataset>;
  backbone(experiment: Experiment, folder: string, options: BackendOptions): Promise<Backbone>;
  program(backbone: Backbone, options: ProgramOptions): Promise<Program>;
  /** The run could not be prepared. */
  giveUp(backbone: Backbone): Promise<void>;
}

const ownParts: RunParts = {
  dataset: loadExperimentData,
  backbone: ({ model, training }, folder, options) => loadBackbone(model, folder, options, training.weights),
  program: (backbone, options) => backbone.createProgram(options),
  giveUp: (backbone) => backbone.dispose(),
};

export interface PrepareOptions {
  /** Made for this run alone unless told. */
  readonly parts?: RunParts;
  /** How gradients were computed so far, where a run goes on. */
  readonly begun?: GradientsChoice["use"];
}

/** @throws PromptTuningError for everything that is wrong with the experiment, its data or its model. */
export async function prepareRun(experiment: Experiment, folder: string, options: BackendOptions, { parts = ownParts, begun }: PrepareOptions = {}): Promise<PreparedRun> {
  // The data first: a wrong column should be told before a download, not after.
  const dataset = await parts.dataset(experiment, folder, options);
  options.emit?.({ type: "phase", phase: "backbone" });
  const backbone = await parts.backbone(experiment, folder, options);
  try {
    const labels = experiment.task.type === "sequence-labelling" ? typesOf(dataset) : dataset.labels;
    const task = createTask(experiment.task, taskContext(backbone, labels));
    for (const { code, text } of dataset.notices) options.emit?.({ type: "message", level: "info", code, text });
    for (const [split, examples] of Object.entries(dataset.splits)) {
      for (const { code, message } of task.check(examples, split)) options.emit?.({ type: "message", level: askedFor.includes(code) ? "info" : "warning", code, text: message });
    }
    const { training } = experiment;
    const chosen = await chooseGradients({ asked: training.precision, begun, qualityShown: lossNothingShown, trial: () => trialOnThisMachine(backbone, training, options.cache) });
    const program = await parts.program(backbone, {
      virtualTokens: task.virtualTokens,
      head: task.head,
      keptMemory: training.keptMemoryMB * 2 ** 20,
      keptOnDisk: { folder: path.join(options.cache ?? cacheFolder(), "scratch"), bytes: training.keptDiskMB * 2 ** 20 },
      threads: training.threads,
      packWeights: training.packWeights,
      backward: chosen.use,
      onNotice: (code, text) => options.emit?.({ type: "message", level: "info", code, text }),
    });
    const gradients: GradientsChoice = chosen.use === "approximate" && !program.approximate ? { use: "exact", reason: "the backbone has no approximate backward pass" } : chosen;
    if (gradients !== chosen) {
      options.emit?.({ type: "message", level: "info", code: "exact-gradients", text: "This backbone has no approximate backward pass: the gradients are exact." });
    }
    if (training.precision === "auto" && gradients.use === "approximate") {
      options.emit?.({ type: "message", level: "info", code: "approximate-gradients", text: `The gradients are approximate: ${gradients.reason}. "training": { "precision": "exact" } computes them exactly.` });
    }
    if (training.weights === "stored" && backbone.description.format !== "gguf") {
      options.emit?.({ type: "message", level: "info", code: "weights-as-floats", text: "Only the weights of GGUF files can stay in their blocks: those of this backbone are float32." });
    }
    return { experiment: withVerbalizer(experiment, labels), folder, backbone, dataset, task, program, gradients };
  } catch (error) {
    await parts.giveUp(backbone);
    throw error;
  }
}

/** The labels' words as they are used, so that the run's own copy does not depend on the data for them. */
function withVerbalizer(experiment: Experiment, labels: readonly string[]): Experiment {
  const { task } = experiment;
  if (task.type === "generation" || task.verbalizer) return experiment;
  return { ...experiment, task: { ...task, verbalizer: Object.fromEntries(verbalizerOf(task, labels)) } };
}

/** The types of spans of all splits, so that one that only the test rows have is missed and not an error. */
function typesOf({ splits }: Dataset): string[] {
  return spanTypes(Object.values(splits).flat());
}
