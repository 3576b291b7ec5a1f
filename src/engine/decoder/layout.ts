import type { Sequence } from "../program.js";

/**
 * How a batch is laid out along time. Every sequence is cut in up to three parts:
 *
 * - past: what stands before the first virtual token. It does not depend on the prompt, so its keys and values are
 *   computed without gradients and kept. "one": the same text for the whole batch; "each": one text a sequence.
 * - shared: what follows, as long as it is the same in the whole batch (a prefix prompt). Computed once a batch.
 * - own: the rest, one row of the batch a sequence. Every scored row lies here.
 *
 * All cuts are exact because attention is causal: no row depends on a later one.
 */
export interface BatchLayout {
  readonly past: "none" | "one" | "each";
  /** Tokens of the past, by sequence. */
  readonly pastLengths: readonly number[];
  /** Rows of the shared part; 0 when there is none. */
  readonly sharedLength: number;
}

/** Position of the first virtual token; the sequence's length when there is none. */
export function firstVirtualToken(sequence: Sequence): number {
  const position = sequence.virtualTokens.findIndex((row) => row >= 0);
  return position < 0 ? sequence.tokens.length : position;
}

/** First row that must be an own row: nothing after a scored row can be shared, and something must be left. */
function firstScoredRow(sequence: Sequence): number {
  return sequence.scored.reduce((first, { row }) => Math.min(first, row), sequence.tokens.length - 1);
}

function commonPrefixLength(batch: readonly Sequence[], limit: number): number {
  const [first, ...others] = batch;
  for (let position = 0; position < limit; position++) {
    const same = others.every(
      (other) => other.tokens[position] === first.tokens[position] && other.virtualTokens[position] === first.virtualTokens[position],
    );
    if (!same) return position;
  }
  return limit;
}

/**
 * @param pastOf How many tokens of a sequence without virtual tokens have kept keys and values (0 when none have).
 */
export function planLayout(batch: readonly Sequence[], pastOf: (sequence: Sequence) => number): BatchLayout {
  const scoredLimit = Math.min(...batch.map(firstScoredRow));
  const common = commonPrefixLength(batch, scoredLimit);
  const hasVirtual = batch.some((sequence) => firstVirtualToken(sequence) < sequence.tokens.length);
  const starts = batch.map((sequence) => {
    const first = firstVirtualToken(sequence);
    return Math.min(first < sequence.tokens.length ? first : pastOf(sequence), firstScoredRow(sequence));
  });
  const commonPast = Math.min(...starts);

  if (hasVirtual && common > commonPast && starts.every((start) => start === commonPast)) {
    return { past: commonPast > 0 ? "one" : "none", pastLengths: starts, sharedLength: common - commonPast };
  }
  if (Math.max(...starts) === 0) return { past: "none", pastLengths: starts, sharedLength: 0 };
  const one = starts.every((start) => start === commonPast) && common >= commonPast;
  return { past: one ? "one" : "each", pastLengths: starts, sharedLength: 0 };
}

/** Every row is an own row. */
export function plainLayout(batch: readonly Sequence[]): BatchLayout {
  return { past: "none", pastLengths: batch.map(() => 0), sharedLength: 0 };
}
