import { RandomSource } from "../../src/common/random.js";
import type { Sequence } from "../../src/engine/program.js";

export const virtualTokens = 20;
export const batchSize = 8;
/** Tokens of a text with its answer. */
export const textTokens = 40;
/** Tokens of a text that stand behind the prompt in the suffix position (the question before the answer). */
export const tailTokens = 3;

/** What every contestant trains on. */
export interface BenchmarkBatch {
  /** Token ids [batchSize][textTokens]; the last one is the answer. */
  readonly texts: readonly (readonly number[])[];
  /** Tokens whose embeddings the prompt begins with [virtualTokens]. */
  readonly promptIds: readonly number[];
  /** The two possible answers. */
  readonly words: readonly number[];
}

export function makeBatch(): BenchmarkBatch {
  const random = RandomSource.fromSeed(40);
  const ids = (count: number): number[] => Array.from({ length: count }, () => 100 + random.integer(40_000));
  const words = ids(2);
  return { words, promptIds: ids(virtualTokens), texts: Array.from({ length: batchSize }, (_, i) => [...ids(textTokens - 1), words[i % 2]]) };
}

/** The sequences with the soft prompt before the text, or between the text and its last tokens. The answer itself is not fed. */
export function sequencesOf({ texts, words }: BenchmarkBatch, place: "prefix" | "suffix", scoring: "words" | "vocabulary"): Sequence[] {
  return texts.map((text) => {
    const fed = text.slice(0, -1);
    const cut = place === "prefix" ? 0 : fed.length - tailTokens;
    const soft = Array.from({ length: virtualTokens }, (_, row) => row);
    const answer = text[text.length - 1];
    return {
      tokens: Int32Array.from([...fed.slice(0, cut), ...soft.map(() => -1), ...fed.slice(cut)]),
      virtualTokens: Int32Array.from([...fed.slice(0, cut).map(() => -1), ...soft, ...fed.slice(cut).map(() => -1)]),
      scored: [{ row: fed.length + virtualTokens - 1, target: scoring === "words" ? words.indexOf(answer) : answer }],
    };
  });
}
