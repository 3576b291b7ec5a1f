/** Of one measure over several runs. */
export interface Spread {
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation (divided by count − 1); null for a single value, which has no spread. */
  readonly deviation: number | null;
}

/** Mean and sample standard deviation (two passes); undefined of nothing. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const mean = meanOf(values);
  if (count === 1) return { count, mean, deviation: null };
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { count, mean, deviation: Math.sqrt(squares / (count - 1)) };
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at];
  return sum / values.length;
}
