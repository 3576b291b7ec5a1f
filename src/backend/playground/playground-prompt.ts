import type { Backbone, BackboneDescription } from "../../backbone/backbone.js";
import { resolveModelSource } from "../../backbone/sources/resolve.js";
import { PromptTuningError } from "../../common/errors.js";
import type { TensorValues } from "../../engine/program.js";
import { createTask } from "../../tasks/create-task.js";
import { taskContext } from "../../tasks/task-context.js";
import type { Task } from "../../tasks/task.js";
import { findPrompt, type FoundPrompt } from "../find-prompt.js";
import type { BackendOptions } from "../options.js";
import { programKey, type ProgramSet } from "./program-set.js";

/** A prompt that a playground's backbone can answer with. */
export interface PlaygroundPrompt {
  readonly found: FoundPrompt;
  readonly task: Task;
  readonly values: TensorValues;
  /** Step of the checkpoint the values come from; null where they are final. */
  readonly checkpoint: number | null;
  /** Equal for prompts that are swapped by their values alone. */
  readonly programKey: string;
}

/** The backbone of a playground and where it came from. */
export interface PlaygroundBackbone {
  readonly backbone: Backbone;
  readonly programs: ProgramSet;
  /** The prompt it was opened for. */
  readonly first: FoundPrompt;
}

/**
 * Reads a prompt for a backbone that is open already.
 * @throws PromptTuningError kind "model" where it belongs to another backbone, "run" where it has learned nothing yet.
 */
export async function readPlaygroundPrompt(reference: string, { backbone, programs, first }: PlaygroundBackbone, options: BackendOptions): Promise<PlaygroundPrompt> {
  const found = findPrompt(reference, options);
  requireSameBackbone(found, first, backbone.description);
  const task = createTask(found.taskSettings, taskContext(backbone, found.labels));
  const program = await programs.get(task.virtualTokens, task.head);
  const { values, checkpoint } = found.read(program, backbone);
  return { found, task, values, checkpoint, programKey: programKey(task.virtualTokens, task.head) };
}

/** Two prompts can stand side by side when the same frozen model reads them: the same file, wherever it lies. */
export function requireSameBackbone(found: FoundPrompt, first: FoundPrompt, open: Pick<BackboneDescription, "name" | "hash" | "hiddenSize">): void {
  const { trainedOn } = found;
  if (trainedOn ? trainedOn.sha256 === open.hash : sourceOf(found) === sourceOf(first)) return;
  const name = trainedOn?.name ?? sourceOf(found);
  const otherWidth = trainedOn?.hiddenSize !== undefined && trainedOn.hiddenSize !== open.hiddenSize;
  const widths = otherWidth ? ` Its vectors have ${trainedOn.hiddenSize} numbers, the embeddings of ${open.name} ${open.hiddenSize}.` : "";
  throw new PromptTuningError("model", `The prompt ${found.label} was trained on ${name}, the playground holds ${open.name}.`, {
    reason: `${name === open.name ? "The two models have the same name, but their files differ." : "A soft prompt means something to its own backbone only."}${widths}`,
    advice: "Open a playground of its own for it.",
  });
}

/** The model's place, written so that equal places are equal texts. */
function sourceOf({ model, modelFolder }: FoundPrompt): string {
  return resolveModelSource(model, modelFolder).description;
}
