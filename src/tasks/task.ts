import type { Example } from "../data/example.js";
import type { Head, Sequence } from "../engine/program.js";
import type { EncodedPrompt } from "./encode-template.js";
import type { Reading } from "./labelling/target-form.js";

/** Something a person should know about the data or the experiment; reported once, not per row. */
export interface TaskNotice {
  /** Stable short code, e.g. "truncated". */
  readonly code: string;
  /** A whole sentence. */
  readonly message: string;
}

interface TaskBase {
  readonly head: Head;
  /** Rows of the soft prompt the sequences refer to; 0 for a baseline without one. */
  readonly virtualTokens: number;
  /**
   * Looks at every example of a split before it is used: throws a PromptTuningError of kind "data" that names the row
   * where a label or text is missing or unknown, and returns what should be said once (texts cut, labels that never occur).
   */
  check(examples: readonly Example[], split: string): readonly TaskNotice[];
  /** The example up to the answer: its tokens, and how many of its texts' were cut. Needs no answer. */
  encoded(example: Example): EncodedPrompt;
  /** The sequence trained on for one example. Encoded once, then kept for as long as the example lives. */
  trainingSequence(example: Example): Sequence;
}

/** Template and verbalizer (or a light head): the answer is one of a few labels. */
export interface ClassificationTask extends TaskBase {
  readonly type: "classification";
  /** Known labels; every label index refers to this order. */
  readonly labels: readonly string[];
  /** Index of the example's own label; throws kind "data" where it is missing or unknown. */
  labelIndex(example: Example): number;
  /** The sequences whose scores decide the prediction of one example: one, or a few where labels have several tokens. */
  scoringSequences(example: Example): readonly Sequence[];
  /**
   * The labels' log-probabilities [labels] from the scores of this example's scoring sequences.
   * @param logProbabilities for every scoring sequence, for every scored row: log-probabilities over the head's rows.
   */
  assemble(logProbabilities: readonly (readonly Float32Array[])[]): Float64Array;
}

/** The answer is a text that the backbone generates. */
interface TextTaskBase extends TaskBase {
  readonly maxNewTokens: number;
  /** Generation ends before any of these ids. */
  readonly stopTokenIds: readonly number[];
  /** Rows of log-probabilities a scoring batch may hold, so that scores over the whole vocabulary stay within memory. */
  readonly scoredRowLimit: number;
  /** The text up to the answer, without scored rows: where generation starts. */
  promptSequence(example: Example): Sequence;
  /** The text of generated token ids. */
  decode(tokenIds: Int32Array): string;
}

/** The text itself is the answer. */
export interface GenerationTask extends TextTaskBase {
  readonly type: "generation";
}

/** The text names spans of the row's words and their types. */
export interface SequenceLabellingTask extends TextTaskBase {
  readonly type: "sequence-labelling";
  /** Types of spans, in the verbalizer's order. */
  readonly types: readonly string[];
  /** The row's words, and its right BIO tags where it has any. @throws kind "data" */
  labelled(example: Example): { readonly words: readonly string[]; readonly tags?: readonly string[] };
  /** What a generated text says of the row's words. Never throws for a text, whatever it is. */
  read(example: Example, generated: string): Reading;
}

export type TextTask = GenerationTask | SequenceLabellingTask;

/** What training, evaluation and prediction see of an experiment's task. */
export type Task = ClassificationTask | TextTask;
