import type { EvaluationMeasures } from "../runs/events.js";
import type { RunHistory } from "../runs/run-history.js";
import { measureNames } from "../tasks/task-facts.js";

/** What runs are compared by, in the order of columns. "test.*": on the held-out rows. "validation.*": of the best evaluation during training. */
export const measureKeys = [...measureNames.map((name) => `test.${name}` as const), ...measureNames.map((name) => `validation.${name}` as const), "seconds"] as const;
export type MeasureKey = (typeof measureKeys)[number];

const lowerIsBetter: ReadonlySet<MeasureKey> = new Set<MeasureKey>(["test.loss", "validation.loss", "seconds"]);
/** 1 where more is better, −1 where less is. */
export const directionOf = (key: MeasureKey): 1 | -1 => (lowerIsBetter.has(key) ? -1 : 1);

/** Shares are shown in percent, their differences in points. */
export const isShare = (key: MeasureKey): boolean => key !== "seconds" && !key.endsWith(".loss");

export type Measures = Readonly<Partial<Record<MeasureKey, number>>>;

/**
 * A run's measures as its journal tells them. The best evaluation is the one the run itself marked, the last so marked;
 * what is measured at the very end counts as "test", also where there was no test split and the validation rows took its place.
 */
export function measuresOf({ evaluations, result }: Pick<RunHistory, "evaluations" | "result">): Measures {
  const best = evaluations.findLast(({ split, best: marked }) => split === "validation" && marked) ?? evaluations.findLast(({ split }) => split === "validation");
  return {
    ...(result?.test ? named("test", result.test) : {}),
    ...(best ? named("validation", best.measures) : {}),
    ...(result?.status === "succeeded" ? { seconds: result.seconds } : {}),
  };
}

function named(split: "test" | "validation", measures: EvaluationMeasures): Measures {
  return Object.fromEntries(measureNames.flatMap((name) => (typeof measures[name] === "number" ? [[`${split}.${name}`, measures[name]]] : [])));
}
