/** Euclidean norms of the rows of a row-major matrix [rows, width], summed in double precision, column by column. */
export function rowNorms(matrix: Float32Array, width: number): Float64Array {
  const norms = new Float64Array(matrix.length / width);
  for (let row = 0, at = 0; row < norms.length; row++) {
    let sum = 0;
    for (const end = at + width; at < end; at++) sum += matrix[at] * matrix[at];
    norms[row] = Math.sqrt(sum);
  }
  return norms;
}

/** Percentile (0 to 100) of numbers sorted upwards, linear between neighbours, as numpy.percentile's default. NaN for none. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = (percent / 100) * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

/** How the norms of a vocabulary are spread. */
export interface NormDistribution {
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** Percent → norm, ascending. */
  readonly percentiles: readonly { readonly percent: number; readonly norm: number }[];
}

const reportedPercents = [0.1, 1, 5, 25, 50, 75, 95, 99, 99.9];

export function normDistribution(norms: Float64Array): NormDistribution {
  const sorted = norms.slice().sort();
  const mean = sorted.reduce((sum, norm) => sum + norm, 0) / sorted.length;
  const variance = sorted.reduce((sum, norm) => sum + (norm - mean) ** 2, 0) / sorted.length;
  return {
    count: sorted.length,
    minimum: percentile(sorted, 0),
    maximum: percentile(sorted, 100),
    mean,
    standardDeviation: Math.sqrt(variance),
    percentiles: reportedPercents.map((percent) => ({ percent, norm: percentile(sorted, percent) })),
  };
}

/** The 0.1 and 99.9 percentiles of the norms: what a training's diagnostics call the vocabulary's range. */
export function ordinaryNormRange(norms: Float64Array): { readonly low: number; readonly high: number } {
  const sorted = norms.slice().sort();
  return { low: percentile(sorted, 0.1), high: percentile(sorted, 99.9) };
}
