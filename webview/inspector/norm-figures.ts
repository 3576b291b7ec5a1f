/** What is said and drawn of the prompt's norms beside the vocabulary's. */

export interface Ordinary {
  readonly low: number;
  readonly high: number;
}

export interface Outliers {
  /** Virtual tokens (0-based) longer than the ordinary range, and shorter. */
  readonly above: readonly number[];
  readonly below: readonly number[];
  /** The longest of them, as a multiple of the range's upper end. */
  readonly times: number | null;
}

export function outliersOf(norms: readonly number[], { low, high }: Ordinary): Outliers {
  const above = norms.flatMap((norm, index) => (norm > high ? [index] : []));
  const below = norms.flatMap((norm, index) => (norm < low ? [index] : []));
  const longest = Math.max(...above.map((index) => norms[index]));
  return { above, below, times: above.length > 0 && high > 0 ? longest / high : null };
}

/** An axis over norms: linear, or by tenfolds where the prompt is far longer than the vocabulary. */
export interface NormAxis {
  readonly logarithmic: boolean;
  readonly place: (norm: number) => number;
  readonly ticks: readonly number[];
}

export function normAxis(all: readonly number[], width: number): NormAxis {
  const positive = all.filter((norm) => norm > 0);
  // A prompt of zeros has an axis, too.
  const most = positive.length > 0 ? Math.max(...positive) : 1;
  const least = Math.min(...positive, most);
  const logarithmic = most / least > 12;
  if (!logarithmic) {
    // Norms that are all the same, but for rounding, still get an axis that can be counted along.
    const spread = Math.max(most - least, most * 1e-3);
    const from = positive.length < all.length ? 0 : Math.max(0, least - spread * 0.08);
    const to = most + spread * 0.08;
    return { logarithmic, place: (norm) => ((norm - from) / (to - from)) * width, ticks: roundTicks(from, to) };
  }
  const from = Math.log10(least) - 0.05;
  const to = Math.log10(most) + 0.05;
  const ticks: number[] = [];
  for (let power = Math.floor(from); power <= to; power++) for (const factor of [1, 2, 5]) if (Math.log10(factor) + power >= from && Math.log10(factor) + power <= to) ticks.push(factor * 10 ** power);
  return { logarithmic, place: (norm) => ((Math.log10(Math.max(norm, least)) - from) / (to - from)) * width, ticks };
}

/** About six round numbers within a range. */
function roundTicks(from: number, to: number): number[] {
  const raw = (to - from) / 6;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= raw) ?? raw;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
