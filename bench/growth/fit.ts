/** Measured times of steps by one size of them. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
  readonly seconds: readonly number[];
}

export interface Fit {
  /** Of seconds ∝ valueᵉ, by least squares of the logarithms: at most 1 where a step costs a fixed part and so much a unit. */
  readonly exponent: number;
  /** Of seconds ≈ fixed + slope·value, by least squares. */
  readonly fixed: number;
  readonly slope: number;
  /** Share of the variance that this line explains (R²). */
  readonly linear: number;
}

export function fitGrowth({ values, seconds }: Series): Fit {
  const line = leastSquares(values, seconds);
  return { exponent: leastSquares(values.map(Math.log), seconds.map(Math.log)).slope, fixed: line.start, slope: line.slope, linear: line.explained };
}

function leastSquares(x: readonly number[], y: readonly number[]): { slope: number; start: number; explained: number } {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const slope = mean(x.map((value, i) => (value - meanX) * (y[i] - meanY))) / mean(x.map((value) => (value - meanX) ** 2));
  const start = meanY - slope * meanX;
  const unexplained = mean(x.map((value, i) => (y[i] - start - slope * value) ** 2));
  return { slope, start, explained: 1 - unexplained / mean(y.map((value) => (value - meanY) ** 2)) };
}
