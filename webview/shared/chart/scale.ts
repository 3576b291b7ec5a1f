/** The part of an axis that is shown. */
export interface Range {
  readonly min: number;
  readonly max: number;
}
export type ScaleKind = "linear" | "log";

/** Where a value lies on an axis before it is stretched to pixels: the value itself, or its logarithm. */
export const toAxis = (value: number, kind: ScaleKind): number => (kind === "log" ? Math.log10(value) : value);
export const fromAxis = (place: number, kind: ScaleKind): number => (kind === "log" ? 10 ** place : place);

/** Whether an axis can show a value: a logarithmic one has no place for zero and below. */
export const canShow = (value: number, kind: ScaleKind): boolean => Number.isFinite(value) && (kind === "linear" || value > 0);

/** The smallest range that holds all of these; undefined where nothing can be shown. */
export function extent(values: Iterable<number>, kind: ScaleKind): Range | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!canShow(value, kind)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : undefined;
}

/** A little air around a range; a single value gets a range of its own size. */
export function padded({ min, max }: Range, kind: ScaleKind, share = 0.05): Range {
  const [from, to] = [toAxis(min, kind), toAxis(max, kind)];
  const air = to > from ? (to - from) * share : kind === "log" ? 0.5 : Math.abs(from) * 0.1 || 0.5;
  return { min: fromAxis(from - air, kind), max: fromAxis(to + air, kind) };
}

/** Zooms: `factor` below 1 shows less. `at` is the value that stays where it is. Never beyond `limits`. */
export function zoomed(range: Range, factor: number, at: number, kind: ScaleKind, limits: Range): Range {
  const [from, to, center] = [toAxis(range.min, kind), toAxis(range.max, kind), toAxis(at, kind)];
  const [low, high] = [toAxis(limits.min, kind), toAxis(limits.max, kind)];
  const width = Math.max((high - low) * 1e-6, (to - from) * factor);
  if (width >= high - low) return limits;
  const share = (center - from) / (to - from || 1);
  return within(center - share * width, width, low, high, kind);
}

/** Moves by a share of what is shown; stops at the limits. */
export function panned(range: Range, share: number, kind: ScaleKind, limits: Range): Range {
  const [from, to] = [toAxis(range.min, kind), toAxis(range.max, kind)];
  return within(from + share * (to - from), to - from, toAxis(limits.min, kind), toAxis(limits.max, kind), kind);
}

function within(from: number, width: number, low: number, high: number, kind: ScaleKind): Range {
  const start = Math.max(low, Math.min(from, high - width));
  return { min: fromAxis(start, kind), max: fromAxis(Math.min(high, start + width), kind) };
}
