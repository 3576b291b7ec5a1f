import type { Backbone } from "../backbone/backbone.js";
import type { Program, TensorValues } from "../engine/program.js";
import type { Experiment } from "../experiment/schema.js";
import { createTask } from "../tasks/create-task.js";
import { taskContext } from "../tasks/task-context.js";
import type { Task } from "../tasks/task.js";
import { findPrompt, type FoundPrompt } from "./find-prompt.js";
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
  readonly run?: FoundPrompt["run"];
  readonly taskSettings: Experiment["task"];
  readonly backbone: Backbone;
  readonly program: Program;
  readonly task: Task;
  readonly values: TensorValues;
  dispose(): Promise<void>;
}

/**
 * @param reference a run (folder, name, id or a unique beginning), an adapter folder, or its adapter_model.safetensors.
 * @throws PromptTuningError kind "run" or "model".
 */
export async function openPrompt(reference: string, options: OpenPromptOptions): Promise<OpenPrompt> {
  const found = findPrompt(reference, options);
  const backbone = await loadBackbone(options.model ?? found.model, options.model ? (options.modelFolder ?? process.cwd()) : found.modelFolder, options);
  try {
    const task = createTask(found.taskSettings, taskContext(backbone, found.labels));
    const program = await backbone.createProgram({
      virtualTokens: task.virtualTokens,
      head: task.head,
      onNotice: (code, text) => options.emit?.({ type: "message", level: "info", code, text }),
    });
    const { values } = found.read(program, backbone);
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
