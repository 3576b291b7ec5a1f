import type { Backbone, EncoderFacts } from "../backbone/backbone.js";
import type { Tokenizer } from "../backbone/tokenizer/tokenizer.js";

/** What a task needs to know of its backbone and data. */
export interface TaskContext {
  readonly tokenizer: Tokenizer;
  /** Longest sequence of the backbone, in tokens. */
  readonly contextLength: number;
  /** Whether one part of the backbone reads the text before the answer and another writes the answer. */
  readonly answerApart?: boolean;
  /** Present where the backbone is an encoder. */
  readonly encoder?: EncoderFacts;
  /** The labels of the data (Dataset.labels; sequence labelling: the types of spans), for an experiment without a verbalizer. */
  readonly labels: readonly string[];
}

export function taskContext({ tokenizer, description }: Pick<Backbone, "tokenizer" | "description">, labels: readonly string[]): TaskContext {
  return { tokenizer, contextLength: description.contextLength, answerApart: description.kind === "encoder-decoder", encoder: description.encoder, labels };
}
