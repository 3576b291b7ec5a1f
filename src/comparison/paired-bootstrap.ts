import { RandomSource } from "../common/random.js";
import { BinomialTable } from "./binomial-table.js";
import { quantile } from "../common/quantile.js";

/** How sure the difference of two means over the same rows is. */
export interface BootstrapResult {
  /** Rows both were measured on. */
  readonly rows: number;
  /** Rows on which they differ. */
  readonly differing: number;
  /** Mean of b − a. */
  readonly difference: number;
  /** Percentile interval of the difference, [low, high]. */
  readonly interval: readonly [number, number];
  /** Two-sided: how often chance alone gives a difference at least as large. */
  readonly p: number;
  readonly resamples: number;
}

export interface BootstrapOptions {
  readonly resamples?: number;
  /** Of the interval. */
  readonly level?: number;
  readonly seed?: number;
}

/** Draws between two yields: some milliseconds. */
const drawsAtOnce = 200_000;

/**
 * Paired bootstrap on the rows of a test set (Koehn 2004): rows are drawn with replacement, the same ones for both, and
 * the mean of the differences b − a is taken each time. The interval is the percentile interval. The p-value counts the
 * resamples whose difference lies at least as far from the observed one as that lies from zero, (count + 1)/(resamples + 1)
 * (Berg-Kirkpatrick, Burkett and Klein 2012, two-sided).
 *
 * Only rows that differ are drawn: how many of them a resample holds is binomial, the others add nothing. The
 * distribution is the same, the work far less for two runs that mostly agree.
 *
 * @param differences b − a of every row, at least one. @yields the share that is done, in [0, 1), every few milliseconds.
 */
export function* pairedBootstrap(differences: ArrayLike<number>, { resamples = 10_000, level = 0.95, seed = 1 }: BootstrapOptions = {}): Generator<number, BootstrapResult> {
  const rows = differences.length;
  const nonzero = Float64Array.from(differences).filter((difference) => difference !== 0);
  const differing = nonzero.length;
  let total = 0;
  for (const value of nonzero) total += value;
  const difference = total / rows;
  if (differing === 0) return { rows, differing, difference: 0, interval: [0, 0], p: 1, resamples: 0 };

  const random = RandomSource.derive(seed, "paired bootstrap");
  const drawn = differing < rows ? new BinomialTable(rows, differing / rows) : undefined;
  const means = new Float64Array(resamples);
  // Sums of the same differences in another order must count as equal.
  const reach = Math.abs(difference) * (1 - 1e-9);
  let asFar = 0;
  let draws = 0;
  for (let resample = 0; resample < resamples; resample++) {
    const count = drawn ? drawn.outcome(random.uniform()) : rows;
    let sum = 0;
    for (let draw = 0; draw < count; draw++) sum += nonzero[random.integer(differing)];
    means[resample] = sum / rows;
    if (Math.abs(means[resample] - difference) >= reach) asFar++;
    draws += count;
    if (draws < drawsAtOnce) continue;
    draws = 0;
    yield resample / resamples;
  }
  means.sort();
  const tail = (1 - level) / 2;
  return { rows, differing, difference, interval: [quantile(means, tail), quantile(means, 1 - tail)], p: (asFar + 1) / (resamples + 1), resamples };
}

/** A generator's return value, all at once. */
export function finished<Value>(steps: Generator<unknown, Value>): Value {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}
