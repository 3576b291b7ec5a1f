import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { checkOrigin } from "../adapter/prompt-origin.js";
import { readSoftPrompt } from "../adapter/read-prompt.js";
import { checkWidth } from "../adapter/soft-prompt.js";
import { tuningName } from "../adapter/tuning-file.js";
import type { Backbone } from "../backbone/backbone.js";
import { PromptTuningError } from "../common/errors.js";
import type { Program, TensorValues } from "../engine/program.js";
import type { Experiment } from "../experiment/schema.js";
import { CheckpointStore } from "../runs/checkpoint-store.js";
import { nodeFileSystem } from "../runs/file-system.js";
import type { RunFolder } from "../runs/run-folder.js";
import { RunStore } from "../runs/run-store.js";
import { readTrainingState } from "../training/training-state.js";
import { readKeptExperiment } from "./kept-experiment.js";

/** What is known of a learned or imported prompt before its backbone is opened. */
export interface FoundPrompt {
  /** A name for a person: the run's or the adapter folder's. */
  readonly label: string;
  /** Present for a run. */
  readonly run?: { readonly folder: RunFolder; readonly experiment: Experiment };
  readonly taskSettings: Experiment["task"];
  /** Labels of the data it was trained on, in their order, where it keeps them. */
  readonly labels: readonly string[];
  readonly model: Experiment["model"];
  /** What the model's path is relative to. */
  readonly modelFolder: string;
  /** The backbone it was trained on, as far as that was written down. */
  readonly trainedOn?: { readonly name: string; readonly sha256: string; readonly hiddenSize?: number };
  /** Reads the values once the trainables are known. @throws PromptTuningError kind "model" or "run". */
  readonly read: (program: Pick<Program, "trainables">, backbone: Pick<Backbone, "description">) => LearnedValues;
}

export interface LearnedValues {
  readonly values: TensorValues;
  /** Step of the checkpoint they come from; null where they are an adapter's, and final. */
  readonly checkpoint: number | null;
}

/**
 * @param reference a run (folder, name, id or a unique beginning), an adapter folder, or its adapter_model.safetensors.
 * @throws PromptTuningError kind "run" or "model".
 */
export function findPrompt(reference: string, { runsRoot }: { readonly runsRoot: string }): FoundPrompt {
  const adapter = adapterFolder(reference);
  return adapter ? findAdapter(adapter) : findRun(new RunStore(runsRoot), reference);
}

/** The adapter folder a reference means; undefined when it means a run. */
function adapterFolder(reference: string): string | undefined {
  const stat = reference.includes("\0") ? undefined : statSync(reference, { throwIfNoEntry: false });
  if (stat?.isFile()) return path.dirname(path.resolve(reference));
  return stat?.isDirectory() && existsSync(path.join(reference, "adapter_config.json")) ? path.resolve(reference) : undefined;
}

function findAdapter(folder: string): FoundPrompt {
  const { adapter, ...prompt } = readSoftPrompt(folder);
  const tuning = adapter?.tuning;
  if (!tuning) {
    throw new PromptTuningError("model", `The adapter ${folder} does not say how it is used.`, {
      reason: `It has no ${tuningName} with a template, as prompts trained elsewhere have none.`,
      advice: "Import it with a template first (on the command line: ptune import FOLDER --template \"{soft:20} … {text} …\").",
      file: folder,
    });
  }
  return {
    label: path.basename(folder) === "adapter" ? path.basename(path.dirname(folder)) : path.basename(folder),
    taskSettings: tuning.task,
    labels: tuning.labels ?? labelsOf(tuning.task),
    model: tuning.model ?? tuning.backbone.name,
    modelFolder: folder,
    trainedOn: { name: tuning.backbone.name, sha256: tuning.backbone.sha256, hiddenSize: tuning.backbone.hiddenSize },
    read: (program, backbone) => {
      checkWidth(prompt, backbone.description);
      checkOrigin(adapter, backbone.description);
      const head = adapter.head && { "head.weight": adapter.head.weight, "head.bias": adapter.head.bias };
      return { values: checkedValues(program, { prompt: prompt.prompt, ...head }, folder), checkpoint: null };
    },
  };
}

function labelsOf(task: Experiment["task"]): readonly string[] {
  return task.type === "generation" ? [] : Object.keys(task.verbalizer ?? {});
}

function findRun(store: RunStore, reference: string): FoundPrompt {
  const folder = store.open(reference);
  const experiment = readKeptExperiment(store, folder);
  return {
    label: folder.name,
    run: { folder, experiment },
    taskSettings: experiment.task,
    labels: labelsOf(experiment.task),
    model: experiment.model,
    modelFolder: folder.path,
    trainedOn: trainedOn(store, folder),
    read: (program, backbone) => (existsSync(folder.adapter) ? findAdapter(folder.adapter).read(program, backbone) : fromCheckpoint(folder, program)),
  };
}

function trainedOn(store: RunStore, folder: RunFolder): FoundPrompt["trainedOn"] {
  try {
    return store.readEnvironment(folder).model;
  } catch {
    // A damaged environment.json loses only this.
    return undefined;
  }
}

/** A run that was stopped has no adapter yet; its newest checkpoint holds the best values so far. */
function fromCheckpoint(folder: RunFolder, program: Pick<Program, "trainables">): LearnedValues {
  const checkpoint = new CheckpointStore(folder.checkpoints, { fileSystem: nodeFileSystem }).latest(() => undefined);
  if (!checkpoint) {
    throw new PromptTuningError("run", `The run ${folder.name} has not learned anything yet.`, {
      reason: "It has neither an adapter nor a checkpoint.",
      advice: `Resume it (on the command line: ptune resume ${folder.id}).`,
    });
  }
  const state = readTrainingState({ tensors: checkpoint.tensors, json: checkpoint.json }, program.trainables);
  return state.best ? { values: state.best.values, checkpoint: state.best.step } : { values: state.values, checkpoint: state.step };
}

function checkedValues(program: Pick<Program, "trainables">, values: TensorValues, file: string): TensorValues {
  for (const { name, shape } of program.trainables) {
    const expected = shape.reduce((product, size) => product * size, 1);
    if (values[name]?.length === expected) continue;
    throw new PromptTuningError("model", `The adapter ${file} does not fit its template.`, {
      reason: `"${name}" holds ${values[name]?.length ?? "no"} values where ${expected} are needed.`,
      advice: "Import it again with a template that has as many virtual tokens as the prompt.",
      file,
    });
  }
  return values;
}
