import type { TensorValues } from "../../src/engine/program.js";

/** ‖a − b‖ / ‖b‖ over all tensors of b together, or of one of them; 0 where both are 0. */
export function relativeError(a: TensorValues, b: TensorValues, names: readonly string[] = Object.keys(b)): number {
  let difference = 0;
  let scale = 0;
  for (const name of names) {
    if (a[name]?.length !== b[name].length) return NaN;
    for (let i = 0; i < b[name].length; i++) {
      difference += (a[name][i] - b[name][i]) ** 2;
      scale += b[name][i] ** 2;
    }
  }
  return difference === 0 ? 0 : Math.sqrt(difference / scale);
}

/** Largest |a − b|; NaN where the lengths differ or a value is none. −Infinity on both sides is equal. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i] === b[i] ? 0 : Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** The largest of some figures; NaN wins, so that a comparison with a limit fails. */
export function worst(figures: Iterable<number>): number {
  let largest = 0;
  for (const figure of figures) if (!(figure <= largest)) largest = figure;
  return largest;
}

/** 3.2e-6 */
export function small(figure: number): string {
  return figure === 0 ? "0" : figure.toExponential(1);
}
