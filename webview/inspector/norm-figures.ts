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
  const most = Math.max(...positive, Number.MIN_VALUE);
  const least = Math.min(...positive, most);
  const logarithmic = most / least > 12;
  if (!logarithmic) {
    const from = Math.max(0, least - (most - least) * 0.08);
    const to = most + (most - least || most) * 0.08;
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
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(Number(at.toPrecision(12)));
  return ticks;
}
