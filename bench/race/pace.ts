/** One evaluation of a contestant on the way. */
export interface Mark {
  readonly step: number;
  /** Since the first step began; evaluations count, loading does not. */
  readonly seconds: number;
  readonly accuracy: number;
}

/** A training of one seed, its evaluations in order. */
export interface Pace {
  readonly seed: number;
  readonly marks: readonly Mark[];
}

export const finalAccuracy = (paces: readonly Pace[]): number => mean(paces.map(({ marks }) => marks.at(-1)!.accuracy));

/** Mean of the seconds until the first evaluation at the target; a training that never gets there counts with its whole time. */
export function secondsTo(target: number, paces: readonly Pace[]): { readonly seconds: number; readonly missed: number } {
  const reached = paces.map(({ marks }) => marks.find(({ accuracy }) => accuracy >= target));
  return { seconds: mean(paces.map(({ marks }, i) => (reached[i] ?? marks.at(-1)!).seconds)), missed: reached.filter((mark) => mark === undefined).length };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
