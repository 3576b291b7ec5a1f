/** A slope, and how far it may be off. */
export interface MeasuredSlope {
  readonly slope: number;
  readonly uncertainty: number;
}

export interface SlopeOptions {
  /** The loss at 0. */
  readonly atRest: number;
  /** Length that the steps are relative to. */
  readonly unit: number;
  /** What a slope is compared with: one hundredth of it should stand out from the loss's rounding. */
  readonly size: number;
}

/** Relative to the unit; every one half the one before. */
const steps = [0.04, 0.02, 0.01, 0.005, 0.0025];
const fewestSteps = 3;
/** So near that only rounding moves the loss from its tangent. */
const nearby = 1e-4;
/** A float32 loss is at least some units in its last place off. */
const leastRounding = 2 ** -22;
/** A difference between two estimates is a single sample of their error: it can be small by chance. */
const safety = 3;

/**
 * Slope at 0 of a loss along a line, from central differences at halved steps, extrapolated (Ridders 1982, Advances in
 * Engineering Software 4). Its uncertainty has two parts:
 * - curvature, rounding, and kinks (ReLU) between the steps: how far the value that is taken is from those it was made of
 *   and from what smaller steps say. The value with the least of the first is taken;
 * - kinks nearer than the smallest step, where all central differences agree on the mean of both sides' slopes: half of
 *   the jump that the one-sided slopes' gap, (f(h) − 2f(0) + f(−h)) / h, keeps when h goes to 0.
 * @param lossAt the loss at a distance along the line
 */
export async function measureSlope(lossAt: (shift: number) => Promise<number>, { atRest, unit, size }: SlopeOptions): Promise<MeasuredSlope> {
  const pair = async (step: number): Promise<{ slope: number; gap: number }> => {
    const [ahead, behind] = [await lossAt(step), await lossAt(-step)];
    return { slope: (ahead - behind) / (2 * step), gap: (ahead - 2 * atRest + behind) / step };
  };
  const rounding = Math.max(leastRounding * Math.abs(atRest), (Math.abs((await pair(nearby * unit)).gap) * nearby * unit) / 2);
  const used = steps.filter((relative, i) => i < fewestSteps || rounding / (relative * unit) <= size / 100);

  const gaps: number[] = [];
  let row: number[] = [];
  let taken = { slope: NaN, difference: Infinity, later: 0 };
  for (const relative of used) {
    const { slope, gap } = await pair(relative * unit);
    gaps.push(gap);
    const coarser = row;
    row = [slope];
    coarser.forEach((value, order) => {
      const factor = 4 ** (order + 1);
      row.push((factor * row[order] - value) / (factor - 1));
    });
    const difference = Math.max(Math.abs(row.at(-1)! - (row.at(-2) ?? Infinity)), Math.abs(row.at(-1)! - (coarser.at(-1) ?? Infinity))) + rounding / (relative * unit);
    taken = difference < taken.difference ? { slope: row.at(-1)!, difference, later: 0 } : { ...taken, later: Math.max(taken.later, Math.abs(row.at(-1)! - taken.slope)) };
  }
  const jump = Math.abs(2 * gaps.at(-1)! - gaps.at(-2)!);
  return { slope: taken.slope, uncertainty: safety * taken.difference + taken.later + jump / 2 };
}
