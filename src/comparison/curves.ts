import { spreadOf } from "./statistics.js";

/** [step, value], steps ascending. */
export type CurvePoint = readonly [step: number, value: number];
export type Curve = readonly CurvePoint[];

/** A curve with few enough points to be sent and drawn. */
export interface ThinnedCurve {
  readonly points: Curve;
  /** How many steps a point is the mean of; 1 where nothing was left out. */
  readonly stepsAPoint: number;
}

/**
 * At most `most` points: means over stretches of equally many steps. Stretches begin at multiples of their length, so
 * that runs of one length are thinned alike and can be laid over each other. A mean does not favour the noise as the
 * highest and lowest points would, and means of runs stay means.
 */
export function thinCurve(curve: Curve, most: number): ThinnedCurve {
  if (curve.length <= most) return { points: curve, stepsAPoint: 1 };
  const span = curve[curve.length - 1][0] - curve[0][0] + 1;
  // A span that begins inside a stretch touches one more.
  const width = Math.max(2, Math.ceil(span / Math.max(1, most - 1)));
  const points: [number, number][] = [];
  for (let from = 0; from < curve.length; ) {
    const stretch = Math.floor((curve[from][0] - 1) / width);
    let to = from;
    let [steps, values] = [0, 0];
    for (; to < curve.length && Math.floor((curve[to][0] - 1) / width) === stretch; to++) {
      steps += curve[to][0];
      values += curve[to][1];
    }
    points.push([steps / (to - from), values / (to - from)]);
    from = to;
  }
  return { points, stepsAPoint: width };
}

export interface BandPoint {
  readonly step: number;
  readonly mean: number;
  /** Sample standard deviation; null where there is one curve only. */
  readonly deviation: number | null;
}

/**
 * Mean and standard deviation of several curves over the steps that all of them have reached: nothing is extrapolated.
 * Between its points a curve is taken as straight. The grid is the steps of all curves, thinned evenly to `most`.
 */
export function bandOf(curves: readonly Curve[], most = 1000): BandPoint[] {
  if (curves.length === 0 || curves.some((curve) => curve.length === 0)) return [];
  const first = Math.max(...curves.map((curve) => curve[0][0]));
  const last = Math.min(...curves.map((curve) => curve[curve.length - 1][0]));
  const steps = [...new Set(curves.flatMap((curve) => curve.map(([step]) => step)))].filter((step) => step >= first && step <= last).sort((a, b) => a - b);
  const grid = steps.length <= most ? steps : Array.from({ length: most }, (_, at) => steps[Math.round((at * (steps.length - 1)) / (most - 1))]);
  const columns = curves.map((curve) => valuesAt(curve, grid));
  return grid.map((step, at) => {
    const { mean, deviation } = spreadOf(columns.map((column) => column[at]))!;
    return { step, mean, deviation };
  });
}

/** The curve at ascending steps inside its range. */
function valuesAt(curve: Curve, steps: readonly number[]): number[] {
  let at = 0;
  return steps.map((step) => {
    while (at + 1 < curve.length && curve[at + 1][0] <= step) at++;
    const [left, value] = curve[at];
    if (left === step || at + 1 === curve.length) return value;
    const [right, next] = curve[at + 1];
    return value + ((next - value) * (step - left)) / (right - left);
  });
}
