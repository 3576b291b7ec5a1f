import { PromptTuningError } from "../common/errors.js";
import type { TaskSettings } from "../experiment/schema.js";
import { LinearClassification, WordClassification } from "./classification.js";
import { TextGeneration } from "./generation.js";
import { SequenceLabelling } from "./labelling/sequence-labelling.js";
import { encoderParts } from "./encoder-parts.js";
import type { Task } from "./task.js";
import type { TaskContext } from "./task-context.js";
import { taskFacts } from "./task-facts.js";
import { parseTemplate, withHardPrompt, withoutSoftSlots, type Template } from "./template.js";
import { defaultVerbalizer, type Verbalizer } from "./verbalizer.js";

/** The task of an experiment, ready to encode rows. @throws kind "experiment" or "data" */
export function createTask(settings: TaskSettings, context: TaskContext): Task {
  return taskWithTemplate(settings, readTemplate(settings), context, settings.type === "classification" && settings.head === "linear");
}

/** The zero-shot baseline: the template without its soft slots; classification always by words. Needs no soft prompt. */
export function createZeroShotTask(settings: TaskSettings, context: TaskContext): Task {
  return taskWithTemplate(settings, withoutSoftSlots(readTemplate(settings)), context, false);
}

/** The hard-prompt baseline: the text stands in the first soft slot's place, the other slots are gone; classification always by words. */
export function createHardPromptTask(settings: TaskSettings, hardPrompt: string, context: TaskContext): Task {
  return taskWithTemplate(settings, withHardPrompt(readTemplate(settings), hardPrompt), context, false);
}

/**
 * The verbalizer of an experiment: its own, or the labels of the data after a space (types of spans: as they are). Its
 * labels keep the file's order, but those that are whole numbers come first, ascending (the key order of JavaScript objects).
 */
export function verbalizerOf(settings: Exclude<TaskSettings, { type: "generation" }>, labels: readonly string[]): Verbalizer {
  if (settings.verbalizer) return new Map(Object.entries(settings.verbalizer));
  return settings.type === "classification" ? defaultVerbalizer(labels) : new Map(labels.map((type) => [type, type]));
}

/** The template of checked settings. @throws kind "experiment" with the first problem, for settings that were not checked */
export function readTemplate(settings: TaskSettings): Template {
  const { template, problems } = parseTemplate(settings.template, taskFacts[settings.type].answer);
  const error = problems.find((problem) => problem.severity === "error");
  if (error) throw new PromptTuningError("experiment", `The template is wrong at character ${error.offset + 1}: ${error.message}`);
  return template;
}

function taskWithTemplate(settings: TaskSettings, template: Template, context: TaskContext, linear: boolean): Task {
  const { tokenizer, contextLength, answerApart } = context;
  const { maxTokens, maxRowTokens, cut, context: passages } = settings;
  const { frame, pooling } = encoderParts(settings, template, context, linear);
  const common = { template, tokenizer, contextLength, answerApart, maxTokens, maxRowTokens, cut, context: passages, frame };
  if (settings.type === "generation") return new TextGeneration({ ...common, maxNewTokens: settings.maxNewTokens });
  if (settings.type === "sequence-labelling") return new SequenceLabelling({ ...common, maxNewTokens: settings.maxNewTokens, target: settings.target, types: verbalizerOf(settings, context.labels) });
  const options = { ...common, verbalizer: verbalizerOf(settings, context.labels), wordsFromData: settings.verbalizer === undefined };
  return linear ? new LinearClassification({ ...options, pooling }) : new WordClassification(options);
}
