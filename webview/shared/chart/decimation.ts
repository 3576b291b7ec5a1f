import { firstAfter, firstAtLeast } from "./points.js";
import { type Range, type ScaleKind, canShow, toAxis } from "./scale.js";

export interface DrawnPoint {
  readonly x: number;
  /** NaN: the line is interrupted here. */
  readonly y: number;
}

export interface Window {
  readonly range: Range;
  readonly kind: ScaleKind;
  /** Pixels across. */
  readonly columns: number;
}

/** Most points that are kept of one column: first, least, greatest, last, and a gap before them. */
export const mostPerColumn = 5;

/**
 * What has to be drawn of a curve: of the points in each column of pixels the first, the least, the greatest and the last,
 * so that the picture is that of all points (as M4, Jugel et al. 2014). One point beyond either side is kept, so that the
 * line leaves the picture as it should. Costs the points in the range, not all of them.
 * @param x ascending. @param y NaN where there is a gap.
 * @returns at most (columns + 2) · mostPerColumn points.
 */
export function decimate(x: Float64Array, y: Float64Array, { range, kind, columns }: Window): DrawnPoint[] {
  const from = Math.max(0, firstAtLeast(x, range.min) - 1);
  const to = Math.min(x.length, firstAfter(x, range.max) + 1);
  if (to - from <= columns * 2) return plain(x, y, from, to, kind);
  const drawn: DrawnPoint[] = [];
  const start = toAxis(range.min, kind);
  const perColumn = (toAxis(range.max, kind) - start) / columns || 1;
  let column = Number.NEGATIVE_INFINITY;
  let [first, least, greatest, last] = [-1, -1, -1, -1];
  /** A gap since the last value of the column before. */
  let gap = false;
  const close = (): void => {
    if (first < 0) return;
    const indices = least < greatest ? [first, least, greatest, last] : [first, greatest, least, last];
    indices.forEach((index, at) => (at === 0 || index !== indices[at - 1]) && drawn.push({ x: x[index], y: y[index] }));
    first = -1;
    gap = false;
  };
  for (let i = from; i < to; i++) {
    if (!canShow(x[i], kind)) continue;
    if (Number.isNaN(y[i])) {
      gap = true;
      continue;
    }
    const here = Math.max(-1, Math.min(columns, Math.floor((toAxis(x[i], kind) - start) / perColumn)));
    if (here !== column || first < 0) {
      const interrupted = gap;
      close();
      if (interrupted && drawn.length > 0) drawn.push({ x: x[i], y: Number.NaN });
      column = here;
      first = least = greatest = last = i;
      gap = false;
      continue;
    }
    if (y[i] < y[least]) least = i;
    if (y[i] > y[greatest]) greatest = i;
    last = i;
    // A gap inside a column is narrower than a pixel.
    gap = false;
  }
  close();
  return drawn;
}

function plain(x: Float64Array, y: Float64Array, from: number, to: number, kind: ScaleKind): DrawnPoint[] {
  const drawn: DrawnPoint[] = [];
  for (let i = from; i < to; i++) if (canShow(x[i], kind)) drawn.push({ x: x[i], y: y[i] });
  return drawn;
}
