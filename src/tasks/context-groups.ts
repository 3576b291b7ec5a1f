import type { Example } from "../data/example.js";
import type { EvaluationMeasures } from "../runs/events.js";
import { answerScores } from "./answer-scores.js";
import type { Prediction } from "./prediction.js";
import { spanMeasures } from "./metrics/span-measures.js";
import type { Task } from "./task.js";
import { taskFacts } from "./task-facts.js";

/** The task's main measure of the rows that have passages and of those that have none; undefined where not both kinds are there. */
export function contextGroups(task: Task, examples: readonly Example[], predictions: readonly Prediction[]): EvaluationMeasures["context"] {
  const has = examples.map((example) => task.encoded(example).passages.given > 0);
  if (!has.includes(true) || !has.includes(false)) return undefined;
  const group = (wanted: boolean) => {
    const own = predictions.filter((_, at) => has[at] === wanted);
    return { items: own.length, value: valueOf(task, own) };
  };
  return { with: group(true), without: group(false) };
}

function valueOf({ type }: Task, predictions: readonly Prediction[]): number {
  if (type === "sequence-labelling") return spanMeasures(predictions.map(({ labelling }) => ({ expected: labelling?.expected ?? [], predicted: labelling?.predicted ?? [] }))).spanF1;
  return predictions.reduce((sum, prediction) => sum + answerScores(prediction, type)[taskFacts[type].metric], 0) / predictions.length;
}
