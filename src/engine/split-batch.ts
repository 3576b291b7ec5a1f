import type { ScoreResult, Sequence, StepResult, TensorValues } from "./program.js";

/**
 * Cuts a batch with many rows into parts of about equal size, in order, each with at most `limit` rows (or one
 * sequence): what a pass keeps for its gradients grows with its rows, its speed does not.
 * @param rows of each sequence
 */
export function splitBatch(batch: readonly Sequence[], rows: readonly number[], limit: number): Sequence[][] {
  const total = rows.reduce((sum, each) => sum + each, 0);
  const target = total / Math.ceil(total / limit);
  const parts: Sequence[][] = [];
  let inPart = Infinity;
  batch.forEach((sequence, i) => {
    if (inPart >= target || inPart + rows[i] > limit) {
      parts.push([]);
      inPart = 0;
    }
    parts.at(-1)!.push(sequence);
    inPart += rows[i];
  });
  return parts;
}

/** The step of a batch from those of its parts: means over sequences, so each part counts by its share of them. */
export function combineSteps(parts: readonly (readonly Sequence[])[], results: readonly StepResult[]): StepResult {
  if (results.length === 1) return results[0];
  const shares = sharesOf(parts);
  const gradients: TensorValues = Object.fromEntries(
    Object.entries(results[0].gradients).map(([name, first]) => [name, first.map((_, at) => results.reduce((sum, { gradients: each }, i) => sum + shares[i] * each[name][at], 0))]),
  );
  return { loss: meanLoss(results, shares), gradients };
}

export function combineScores(parts: readonly (readonly Sequence[])[], results: readonly ScoreResult[]): ScoreResult {
  if (results.length === 1) return results[0];
  return { loss: meanLoss(results, sharesOf(parts)), logProbabilities: results.flatMap(({ logProbabilities }) => logProbabilities) };
}

function sharesOf(parts: readonly (readonly Sequence[])[]): number[] {
  const count = parts.reduce((sum, { length }) => sum + length, 0);
  return parts.map(({ length }) => length / count);
}

const meanLoss = (results: readonly { readonly loss: number }[], shares: readonly number[]): number => Math.fround(results.reduce((sum, { loss }, i) => sum + shares[i] * loss, 0));
