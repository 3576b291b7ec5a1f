import type { EmbeddingTable } from "../../engine/embedding-table.js";
import type { Tokenizer } from "../../backbone/tokenizer/tokenizer.js";
import type { RandomSource } from "../../common/random.js";

/** Rows read from a prompt file: values [rows, width], row-major. */
export interface PromptRows {
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
}
/** Reads a soft prompt from an adapter folder or file. Throws a PromptTuningError where it cannot. */
export type PromptFileReader = (path: string) => Promise<PromptRows>;

/** What an initialisation may use. P = virtualTokens, d = embeddings.width. */
export interface InitializationContext {
  readonly virtualTokens: number;
  readonly embeddings: EmbeddingTable;
  readonly tokenizer: Tokenizer;
  /** The verbalizer's words, in the order of its labels. Empty where the task has none. */
  readonly labelWords: readonly string[];
  /** How often each token id occurs in the training texts (countTokens). */
  readonly tokenFrequencies: ArrayLike<number>;
  readonly random: RandomSource;
  readonly readFile: PromptFileReader;
}
