import { PromptTuningError } from "../common/errors.js";
import type { Example } from "../data/example.js";
import type { Evaluation } from "./prediction.js";
import { classificationMeasures } from "./metrics/classification-measures.js";
import type { ClassificationTask } from "./task.js";

/** The majority baseline: every row gets the most frequent label of the training rows (the first in the task's order of equally frequent ones). */
export function evaluateMajority(task: ClassificationTask, train: readonly Example[], examples: readonly Example[]): Evaluation {
  if (train.length === 0) throw new PromptTuningError("data", "The training split holds no row, so it has no most frequent label.");
  const counts = task.labels.map(() => 0);
  for (const example of train) counts[task.labelIndex(example)]++;
  const majority = counts.indexOf(Math.max(...counts));
  const expected = examples.map((example) => task.labelIndex(example));
  return {
    measures: classificationMeasures(task.labels, expected, new Int32Array(expected.length).fill(majority)),
    predictions: examples.map(({ index, label }) => ({ index, predicted: task.labels[majority], expected: label })),
  };
}
