import path from "node:path";
import { realModel } from "../parity/real-backbone.js";

export type Place = "prefix" | "suffix";

/** A data set that contestants learn from in the same template. */
export interface RaceTask {
  readonly set: string;
  readonly question: string;
  readonly verbalizer: Readonly<Record<string, string>>;
}

export const raceTasks: readonly RaceTask[] = [
  { set: "sms_spam", question: "Spam:", verbalizer: { ham: " no", spam: " yes" } },
  { set: "sst2", question: "Sentiment:", verbalizer: { 0: " negative", 1: " positive" } },
];

export interface RaceSize {
  readonly steps: number;
  readonly batchSize: number;
  /** Steps between evaluations. */
  readonly every: number;
  /** Rows of an evaluation. */
  readonly rows: number;
}

export const threads = 2;

/** The experiment of one contestant of ours. The one with the prompt in front of the text is also what PEFT's batches are made of. */
export function raceExperiment({ set, question, verbalizer }: RaceTask, sharedData: string, place: Place, seed: number, { steps, batchSize, every, rows }: RaceSize): { readonly name: string; readonly [setting: string]: unknown } {
  const [before, behind] = place === "prefix" ? ["{soft:20}\n", "\n"] : ["", "\n{soft:20}\n"];
  return {
    name: `race-${set.replace("_", "-")}-${place}`,
    model: realModel,
    dataset: { train: path.join(sharedData, set, "train.tsv"), validation: path.join(sharedData, set, "dev.tsv"), columns: { text: "text", label: "label" }, limit: { train: 1000, validation: rows } },
    task: { type: "classification", template: `${before}{text}${behind}${question}{label}`, verbalizer, maxTokens: { text: 60 } },
    method: { type: "prompt-tuning", init: { type: "sampled-vocabulary", mostCommon: 5000 } },
    training: { steps, batchSize, learningRate: 0.02, seed, precision: "exact", packWeights: true, threads },
    evaluation: { every, batchSize: 32, baselines: [] },
  };
}
