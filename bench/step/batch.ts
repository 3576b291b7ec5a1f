import { RandomSource } from "../../src/common/random.js";
import type { Sequence } from "../../src/engine/program.js";

/** Texts that every contestant trains on, one batch a step, in turn. */
export interface BenchmarkTexts {
  /** Token ids [batches][texts][tokens]; the last token of a text is its answer. */
  readonly batches: readonly (readonly (readonly number[])[])[];
  /** Tokens whose embeddings the prompt begins with [virtualTokens]. */
  readonly promptIds: readonly number[];
  /** The possible answers. */
  readonly words: readonly number[];
}

export interface BatchShape {
  readonly texts: number;
  /** Tokens of a text with its answer. */
  readonly tokens: number;
  readonly virtualTokens: number;
}

/** The laboratory's shape. */
export const standardShape: BatchShape = { texts: 8, tokens: 40, virtualTokens: 20 };

/** One batch of random tokens, all texts of one length. */
export function randomTexts({ texts, tokens, virtualTokens }: BatchShape = standardShape): BenchmarkTexts {
  const random = RandomSource.fromSeed(40);
  const ids = (count: number): number[] => Array.from({ length: count }, () => 100 + random.integer(40_000));
  const words = ids(2);
  return { words, promptIds: ids(virtualTokens), batches: [Array.from({ length: texts }, (_, i) => [...ids(tokens - 1), words[i % 2]])] };
}

export type Place = "prefix" | "suffix";

/** A batch with the soft prompt before or behind the text. The answer itself is not fed. */
export function sequencesOf(batch: readonly (readonly number[])[], { words, promptIds }: BenchmarkTexts, place: Place, scoring: "words" | "vocabulary"): Sequence[] {
  return batch.map((text) => {
    const fed = text.slice(0, -1);
    const cut = place === "prefix" ? 0 : fed.length;
    const soft = promptIds.map((_, row) => row);
    const answer = text[text.length - 1];
    return {
      tokens: Int32Array.from([...fed.slice(0, cut), ...soft.map(() => -1), ...fed.slice(cut)]),
      virtualTokens: Int32Array.from([...fed.slice(0, cut).map(() => -1), ...soft, ...fed.slice(cut).map(() => -1)]),
      scored: [{ row: fed.length + soft.length - 1, target: scoring === "words" ? words.indexOf(answer) : answer }],
    };
  });
}
