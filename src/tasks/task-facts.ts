import type { EvaluationMeasures } from "../runs/events.js";
import type { AnswerSlot } from "./template.js";

/** What can be asked of a backbone. */
export const taskTypes = ["classification", "generation", "sequence-labelling"] as const;
export type TaskType = (typeof taskTypes)[number];

/** What a light head reads of an encoder. */
export const poolings = ["mean", "cls", "max", "pooler"] as const;
export type Pooling = (typeof poolings)[number];

/** Every figure of an evaluation that is one number, in the order in which lists and tables show them. */
export const measureNames = ["accuracy", "macroF1", "spanF1", "spanF1Strict", "spanPrecision", "spanRecall", "exactMatch", "rougeL", "loss"] as const;
export type MeasureName = (typeof measureNames)[number];

interface TaskFacts {
  /** The slot of the template where the answer stands. */
  readonly answer: AnswerSlot;
  readonly measures: readonly MeasureName[];
  /** Decides which checkpoint is the best where the experiment does not say. */
  readonly metric: MeasureName;
}

export const taskFacts: Readonly<Record<TaskType, TaskFacts>> = {
  classification: { answer: "label", measures: ["accuracy", "macroF1", "loss"], metric: "accuracy" },
  generation: { answer: "output", measures: ["exactMatch", "rougeL", "loss"], metric: "rougeL" },
  "sequence-labelling": { answer: "tags", measures: ["spanF1", "spanF1Strict", "spanPrecision", "spanRecall", "exactMatch", "loss"], metric: "spanF1" },
};

/** The facts of a type that may be anything, as a file of a run or one that is being written has it; classification's where it is none. */
export function factsOfType(type: unknown): TaskFacts {
  return taskFacts[taskTypes.find((known) => known === type) ?? "classification"];
}

const main = ["accuracy", "spanF1", "rougeL", "exactMatch", "loss"] as const satisfies readonly MeasureName[];

/** The measure that says most about an evaluation, whatever its task: the first of these that it has. */
export function mainMeasure(measures: Pick<EvaluationMeasures, (typeof main)[number]>): (typeof main)[number] {
  return main.find((name) => typeof measures[name] === "number") ?? "loss";
}

/** The slot with retrieved passages, which a row may leave empty, and which is cut first (see passages.ts). */
export const contextSlot = "context";
/** The slot with the words that a sequence labelling labels. */
export const tokensSlot = "tokens";
/** Slots that a row of the data need not fill: passages that were not found, a chat without instructions. */
export const optionalSlots: readonly string[] = [contextSlot, "system"];
