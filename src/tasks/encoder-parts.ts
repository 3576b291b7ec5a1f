import { PromptTuningError } from "../common/errors.js";
import { encoderCannotWrite } from "../engine/encoder/cannot-write.js";
import type { TaskSettings } from "../experiment/schema.js";
import type { TaskContext } from "./task-context.js";
import type { EncoderFrame } from "./encode-template.js";
import type { Pooling } from "./task-facts.js";
import { hasMask, type Template } from "./template.js";

/** What a task takes over from its backbone being an encoder; nothing for any other. */
export interface EncoderParts {
  readonly frame?: EncoderFrame;
  /** What a light head reads. */
  readonly pooling?: Pooling;
}

/**
 * @param linear whether a light head answers, instead of words.
 * @throws kind "experiment" or "model" where the task and the backbone do not fit each other; says what to do
 */
export function encoderParts(settings: TaskSettings, template: Template, { tokenizer, encoder }: TaskContext, linear: boolean): EncoderParts {
  const pooling = settings.type === "classification" ? settings.pooling : undefined;
  if (!encoder) {
    if (hasMask(template))
      throw new PromptTuningError("experiment", "The template has a {mask}, which only an encoder fills in; this backbone writes its answer behind the text.", { advice: "Write {label} at the end instead, or choose an encoder (BERT and the like).", setting: ["task", "template"] });
    if (pooling !== undefined)
      throw new PromptTuningError("experiment", "task.pooling is for encoders; a light head on this backbone reads the last position.", { advice: "Take it out, or choose an encoder (BERT and the like).", setting: ["task", "pooling"] });
    return {};
  }
  if (settings.type !== "classification") throw encoderCannotWrite();
  const { prefix, suffix } = tokenizer.around ?? { prefix: [], suffix: [] };
  if (linear) {
    const chosen = pooling ?? "mean";
    if (chosen === "pooler" && !encoder.pooler)
      throw new PromptTuningError("model", "The encoder has no pooler of its own.", { advice: 'Choose "mean", "cls" or "max" as task.pooling.', setting: ["task", "pooling"] });
    return { frame: { prefix, suffix }, pooling: chosen };
  }
  if (!encoder.scoresWords)
    throw new PromptTuningError("model", "The encoder has no masked-LM head, so it cannot score the labels' words.", {
      advice: 'Train a light head instead: "head": "linear" under "task".',
      setting: ["task", "head"],
    });
  if (tokenizer.maskId === undefined)
    throw new PromptTuningError("model", "The encoder's tokenizer names no mask token, in whose place words could be scored.", {
      reason: "Its tokenizer_config.json has no mask_token.",
      advice: 'Copy that file of the original model beside it, or train a light head: "head": "linear" under "task".',
      setting: ["task", "head"],
    });
  return { frame: { prefix, suffix, mask: tokenizer.maskId } };
}
