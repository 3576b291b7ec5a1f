import type { EvaluationMeasures } from "../runs/events.js";
import type { LabelledRow } from "./labelling/sequence-labelling.js";

/** What the backbone answers for one example. */
export interface Prediction {
  /** The example's place in its file. */
  readonly index: number;
  /** The label, the generated text, or the spans that were found. */
  readonly predicted: string;
  /** The right label or reference text, where the example has one. */
  readonly expected?: string;
  /** Classification: label → probability, in the order of the task's labels. They sum to 1. */
  readonly probabilities?: ReadonlyMap<string, number>;
  /** Sequence labelling: the words with their tags, and the text they were read from. */
  readonly labelling?: LabelledRow;
}

export interface Evaluation {
  readonly measures: EvaluationMeasures;
  /** In the order of the examples. */
  readonly predictions: readonly Prediction[];
}
