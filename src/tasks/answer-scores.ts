import type { Prediction } from "./prediction.js";
import { exactMatch } from "./metrics/exact-match.js";
import { rougeL } from "./metrics/rouge-l.js";
import { sameSpans } from "./metrics/span-measures.js";
import type { TaskType } from "./task-facts.js";

/** Measures of one answer; their mean over the rows is the measure of that name. */
export function answerScores({ predicted, expected = "", labelling }: Prediction, task: TaskType): Record<string, number> {
  switch (task) {
    case "classification":
      return { accuracy: Number(predicted === expected) };
    case "generation":
      return { exactMatch: Number(exactMatch(predicted, expected)), rougeL: rougeL(predicted, expected) };
    case "sequence-labelling":
      return { exactMatch: Number(labelling !== undefined && sameSpans({ expected: labelling.expected ?? [], predicted: labelling.predicted })) };
  }
}
