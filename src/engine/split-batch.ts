import type { ScoreResult, StepResult, TensorValues } from "./program.js";

/** Places in a batch of the sequences that go through the layers together. */
export type BatchPart = readonly number[];

/**
 * Cuts a batch with many rows into parts of about equal size, each with at most `limit` rows (or one sequence): what a
 * pass keeps for its gradients grows with its rows, its speed does not. Sequences of like length go together, for
 * attention pads them to the longest; a batch that makes one part keeps its order.
 * @param rows of each sequence
 */
export function splitBatch(rows: readonly number[], limit: number): BatchPart[] {
  const total = rows.reduce((sum, each) => sum + each, 0);
  const places = [...rows.keys()];
  if (total <= limit) return [places];
  const target = total / Math.ceil(total / limit);
  const parts: number[][] = [];
  let inPart = Infinity;
  for (const place of places.sort((a, b) => rows[a] - rows[b])) {
    if (inPart >= target || inPart + rows[place] > limit) {
      parts.push([]);
      inPart = 0;
    }
    parts.at(-1)!.push(place);
    inPart += rows[place];
  }
  return parts;
}

/** The step of a batch from those of its parts: means over sequences, so each part counts by its share of them. */
export function combineSteps(parts: readonly BatchPart[], results: readonly StepResult[]): StepResult {
  if (results.length === 1) return results[0];
  const shares = sharesOf(parts);
  const gradients: TensorValues = Object.fromEntries(
    Object.entries(results[0].gradients).map(([name, first]) => [name, first.map((_, at) => results.reduce((sum, { gradients: each }, i) => sum + shares[i] * each[name][at], 0))]),
  );
  return { loss: meanLoss(results, shares), gradients };
}

export function combineScores(parts: readonly BatchPart[], results: readonly ScoreResult[]): ScoreResult {
  if (results.length === 1) return results[0];
  const logProbabilities: ScoreResult["logProbabilities"][number][] = [];
  parts.forEach((part, i) => part.forEach((place, at) => (logProbabilities[place] = results[i].logProbabilities[at])));
  return { loss: meanLoss(results, sharesOf(parts)), logProbabilities };
}

function sharesOf(parts: readonly BatchPart[]): number[] {
  const count = parts.reduce((sum, { length }) => sum + length, 0);
  return parts.map(({ length }) => length / count);
}

const meanLoss = (results: readonly { readonly loss: number }[], shares: readonly number[]): number => Math.fround(results.reduce((sum, { loss }, i) => sum + shares[i] * loss, 0));
