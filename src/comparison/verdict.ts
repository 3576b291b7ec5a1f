import type { BootstrapResult } from "./paired-bootstrap.js";

/**
 * What may be said of a difference.
 * - alike: both answered every row with the same score.
 * - better, worse: b is, and the interval leaves zero out and p is below 0.05.
 * - undecided: it cannot be told from chance with these rows.
 */
export type Verdict = "alike" | "better" | "worse" | "undecided";

export const significanceLevel = 0.05;
/** Below this many rows on which two runs differ, a bootstrap says little. */
export const fewDifferingRows = 10;

/** @param p the p-value to judge by, where it was corrected for many comparisons. */
export function verdictOf({ differing, interval: [low, high], difference, p: own }: BootstrapResult, p: number = own): Verdict {
  if (differing === 0) return "alike";
  if (p >= significanceLevel || (low <= 0 && high >= 0)) return "undecided";
  return difference > 0 ? "better" : "worse";
}

/** p-values corrected for their number by Holm's step-down method (1979): each is what `significanceLevel` may be compared with. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, at) => at).sort((a, b) => values[a] - values[b]);
  const corrected = new Array<number>(values.length);
  let largest = 0;
  for (const [rank, at] of order.entries()) {
    largest = Math.max(largest, Math.min(1, values[at] * (values.length - rank)));
    corrected[at] = largest;
  }
  return corrected;
}
