import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { readSoftPrompt } from "../adapter/read-prompt.js";
import { checkWidth } from "../adapter/soft-prompt.js";
import { tuningName } from "../adapter/tuning-file.js";
import type { Backbone } from "../backbone/backbone.js";
import { PromptTuningError } from "../common/errors.js";
import type { Program, TensorValues } from "../engine/program.js";
import type { Experiment } from "../experiment/schema.js";
import { nodeFileSystem } from "../runs/file-system.js";
import { CheckpointStore } from "../runs/checkpoint-store.js";
import type { RunFolder } from "../runs/run-folder.js";
import { RunStore } from "../runs/run-store.js";
import { createTask } from "../tasks/create-task.js";
import type { Task } from "../tasks/task.js";
import { readTrainingState } from "../training/training-state.js";
import { readKeptExperiment } from "./kept-experiment.js";
import { loadBackbone } from "./load-backbone.js";
import type { BackendOptions } from "./options.js";

export interface OpenPromptOptions extends BackendOptions {
  /** The backbone to use, instead of the one that the prompt was trained on. Relative to `modelFolder`. */
  readonly model?: Experiment["model"];
  readonly modelFolder?: string;
}

/** A learned or imported prompt on its backbone, ready for use. */
export interface OpenPrompt {
  /** A name for a person: the run's or the adapter folder's. */
  readonly label: string;
  /** Present for a run. */
  readonly run?: { readonly folder: RunFolder; readonly experiment: Experiment };
  readonly taskSettings: Experiment["task"];
  readonly backbone: Backbone;
  readonly program: Program;
  readonly task: Task;
  readonly values: TensorValues;
  dispose(): Promise<void>;
}

/** What is known of a prompt before its backbone is opened. */
interface Found {
  readonly label: string;
  readonly run?: OpenPrompt["run"];
  readonly taskSettings: Experiment["task"];
  readonly labels: readonly string[];
  readonly model: Experiment["model"];
  readonly modelFolder: string;
  /** Reads the values once the trainables are known. */
  readonly read: (program: Program, backbone: Backbone) => TensorValues;
}

/**
 * @param reference a run (folder, name, id or a unique beginning), an adapter folder, or its adapter_model.safetensors.
 * @throws PromptTuningError kind "run" or "model".
 */
export async function openPrompt(reference: string, options: OpenPromptOptions): Promise<OpenPrompt> {
  const found = findPrompt(reference, options);
  const backbone = await loadBackbone(options.model ?? found.model, options.model ? (options.modelFolder ?? process.cwd()) : found.modelFolder, options);
  try {
    const task = createTask(found.taskSettings, { tokenizer: backbone.tokenizer, contextLength: backbone.description.contextLength, labels: found.labels });
    const program = await backbone.createProgram({
      virtualTokens: task.virtualTokens,
      head: task.head,
      onNotice: (code, text) => options.emit?.({ type: "message", level: "info", code, text }),
    });
    const values = found.read(program, backbone);
    const { label, run, taskSettings } = found;
    return { label, run, taskSettings, backbone, program, task, values, dispose: () => backbone.dispose() };
  } catch (error) {
    await backbone.dispose();
    throw error;
  }
}

/** The task's settings of a prompt, without opening its backbone. */
export function promptTask(reference: string, options: BackendOptions): Experiment["task"] {
  return findPrompt(reference, options).taskSettings;
}

function findPrompt(reference: string, options: BackendOptions): Found {
  const adapter = adapterFolder(reference);
  return adapter ? findAdapter(adapter) : findRun(new RunStore(options.runsRoot), reference);
}

/** The adapter folder a reference means; undefined when it means a run. */
function adapterFolder(reference: string): string | undefined {
  const stat = reference.includes("\0") ? undefined : statSync(reference, { throwIfNoEntry: false });
  if (stat?.isFile()) return path.dirname(path.resolve(reference));
  return stat?.isDirectory() && existsSync(path.join(reference, "adapter_config.json")) ? path.resolve(reference) : undefined;
}

function findAdapter(folder: string): Found {
  const { adapter, ...prompt } = readSoftPrompt(folder);
  const tuning = adapter?.tuning;
  if (!tuning) {
    throw new PromptTuningError("model", `The adapter ${folder} does not say how it is used.`, {
      reason: `It has no ${tuningName} with a template, as prompts trained elsewhere have none.`,
      advice: "Import it with a template first: ptune import FOLDER --template \"{soft:20} … {text} …\".",
      file: folder,
    });
  }
  return {
    label: path.basename(folder) === "adapter" ? path.basename(path.dirname(folder)) : path.basename(folder),
    taskSettings: tuning.task,
    labels: tuning.labels ?? labelsOf(tuning.task),
    model: tuning.model ?? tuning.backbone.name,
    modelFolder: folder,
    read: (program, backbone) => {
      checkWidth(prompt, backbone.description);
      const head = adapter.head && { "head.weight": adapter.head.weight, "head.bias": adapter.head.bias };
      return checkedValues(program, { prompt: prompt.prompt, ...head }, folder);
    },
  };
}

function labelsOf(task: Experiment["task"]): readonly string[] {
  return task.type === "classification" ? Object.keys(task.verbalizer ?? {}) : [];
}

function findRun(store: RunStore, reference: string): Found {
  const folder = store.open(reference);
  const experiment = readKeptExperiment(store, folder);
  return {
    label: folder.name,
    run: { folder, experiment },
    taskSettings: experiment.task,
    labels: labelsOf(experiment.task),
    model: experiment.model,
    modelFolder: folder.path,
    read: (program, backbone) => (existsSync(folder.adapter) ? findAdapter(folder.adapter).read(program, backbone) : fromCheckpoint(folder, program)),
  };
}

/** A run that was stopped has no adapter yet; its newest checkpoint holds the best values so far. */
function fromCheckpoint(folder: RunFolder, program: Program): TensorValues {
  const checkpoint = new CheckpointStore(folder.checkpoints, { fileSystem: nodeFileSystem }).latest(() => undefined);
  if (!checkpoint) {
    throw new PromptTuningError("run", `The run ${folder.name} has not learned anything yet.`, {
      reason: "It has neither an adapter nor a checkpoint.",
      advice: `Go on with it: ptune resume ${folder.id}.`,
    });
  }
  const state = readTrainingState({ tensors: checkpoint.tensors, json: checkpoint.json }, program.trainables);
  return state.best?.values ?? state.values;
}

function checkedValues(program: Program, values: TensorValues, file: string): TensorValues {
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
