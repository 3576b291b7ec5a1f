import { createHash } from "node:crypto";
import type { Example } from "../data/example.js";
import { learnedSet, type PredictionRow, type PredictionsHeader, writePredictions } from "../runs/predictions.js";
import type { RunFolder } from "../runs/run-folder.js";
import { answerScores } from "../tasks/answer-scores.js";
import type { Prediction } from "../tasks/prediction.js";
import { type TaskType, tokensSlot } from "../tasks/task-facts.js";
import type { PreparedRun } from "./prepared-run.js";

/** UTF-16 units that are kept of a text. */
const longestText = 1000;
/** Labels whose probabilities are kept, the most probable first. */
const mostProbabilities = 20;

/** What was answered to the held-out rows: one list a set, each in the order of the examples. */
export interface HeldOutAnswers {
  readonly split: PredictionsHeader["split"];
  readonly examples: readonly Example[];
  readonly learned: readonly Prediction[];
  /** Baseline's name → answers. */
  readonly baselines: ReadonlyMap<string, readonly Prediction[]>;
}

/** Keeps the answers with the run (see runs/predictions.ts). @throws PromptTuningError kind "storage". */
export function recordPredictions({ task, dataset }: Pick<PreparedRun, "task" | "dataset">, folder: RunFolder, { split, examples, learned, baselines }: HeldOutAnswers): void {
  const hashes = examples.map(rowHash);
  function* rows(): Generator<PredictionRow> {
    for (const [set, predictions] of [[learnedSet, learned] as const, ...baselines]) {
      for (const [at, prediction] of predictions.entries()) {
        const fields = set === learnedSet ? { fields: mapValues(shownFields(examples[at], prediction), cut) } : {};
        yield { set, row: hashes[at], ...predictionRow(prediction, task.type), ...fields };
      }
    }
  }
  writePredictions(folder, { predictions: 1, split, data: dataset.hash, longestText }, rows());
}

function predictionRow(prediction: Prediction, task: TaskType): Omit<PredictionRow, "set" | "row"> {
  const { index, predicted, expected = "", probabilities, labelling } = prediction;
  // What was generated is told where it is not what it was read as.
  const generated = labelling && labelling.generated !== predicted ? { generated: cut(labelling.generated) } : {};
  return { index, expected: cut(expected), predicted: cut(predicted), ...generated, scores: answerScores(prediction, task), ...(probabilities ? { probabilities: mostProbable(probabilities, expected) } : {}) };
}

/** The row's texts; words as a sentence, where it can be taken apart again. */
function shownFields({ fields }: Example, { labelling }: Prediction): Readonly<Record<string, string>> {
  return labelling && labelling.words.every((word) => /^\S+$/u.test(word)) ? { ...fields, [tokensSlot]: labelling.words.join(" ") } : fields;
}

/** Six decimals: what a person compares, in half the bytes. */
function mostProbable(probabilities: ReadonlyMap<string, number>, expected: string): Record<string, number> {
  const sorted = [...probabilities].sort(([, a], [, b]) => b - a);
  const kept = sorted.filter(([label], rank) => rank < mostProbabilities || label === expected);
  return Object.fromEntries(kept.map(([label, probability]) => [cut(label), Number(probability.toFixed(6))]));
}

/** Over texts and answer, slots in order of their names, as contentHash of the data does. */
function rowHash({ fields, label, output }: Example): string {
  const sorted = Object.keys(fields)
    .sort()
    .map((slot) => [slot, fields[slot]]);
  return createHash("sha256").update(JSON.stringify([sorted, label ?? null, output ?? null])).digest("hex").slice(0, 16);
}

/** At most `longestText` UTF-16 units, never half of a surrogate pair. */
function cut(text: string): string {
  if (text.length <= longestText) return text;
  const kept = text.slice(0, longestText - 1);
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

function mapValues(record: Readonly<Record<string, string>>, change: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, text]) => [key, change(text)]));
}
