import { nearestIndex } from "./points.js";
import { panned, type Range, type ScaleKind, toAxis, zoomed } from "./scale.js";

/** What the keyboard changes about a chart. */
export interface ChartView {
  /** Undefined: all of it. */
  readonly range: Range | undefined;
  readonly cursor: number | undefined;
}

export interface KeySetting {
  readonly limits: Range;
  readonly kind: ScaleKind;
  /** The places the cursor stops at, ascending. */
  readonly places: Float64Array;
}

/** What a key makes of a view; undefined for a key that means nothing here. */
export function afterKey(key: string, { range, cursor }: ChartView, { limits, kind, places }: KeySetting): ChartView | undefined {
  const shown = range ?? limits;
  const center = cursor ?? (shown.min + shown.max) / 2;
  const zoom = (factor: number): ChartView => ({ cursor, range: orAll(zoomed(shown, factor, Math.min(shown.max, Math.max(shown.min, center)), kind, limits), limits) });
  const move = (by: number): ChartView => {
    if (places.length === 0) return { range, cursor };
    const from = cursor === undefined ? nearestIndex(places, by > 0 ? shown.min : shown.max) - by : nearestIndex(places, cursor);
    return stopAt(Math.max(0, Math.min(places.length - 1, from + by)));
  };
  const stopAt = (index: number): ChartView => ({ cursor: places[index], range: range && withCursor(range, places[index], kind, limits) });
  switch (key) {
    case "ArrowLeft":
      return move(-1);
    case "ArrowRight":
      return move(1);
    case "PageUp":
      return move(-Math.max(1, Math.round(places.length / 20)));
    case "PageDown":
      return move(Math.max(1, Math.round(places.length / 20)));
    case "Home":
      return places.length > 0 ? stopAt(0) : undefined;
    case "End":
      return places.length > 0 ? stopAt(places.length - 1) : undefined;
    case "+":
    case "=":
      return zoom(0.5);
    case "-":
      return zoom(2);
    case "0":
      return { range: undefined, cursor };
    case "Escape":
      return cursor === undefined ? undefined : { range, cursor: undefined };
    default:
      return undefined;
  }
}

/** A range that is all there is follows what is added. */
export function orAll(range: Range, limits: Range): Range | undefined {
  return range.min <= limits.min && range.max >= limits.max ? undefined : range;
}

/** Moves the range so far that the cursor is seen. */
function withCursor(range: Range, cursor: number, kind: ScaleKind, limits: Range): Range {
  if (cursor >= range.min && cursor <= range.max) return range;
  const [from, to, at] = [toAxis(range.min, kind), toAxis(range.max, kind), toAxis(cursor, kind)];
  const width = to - from || 1;
  return panned(range, (at - (at < from ? from + width * 0.1 : to - width * 0.1)) / width, kind, limits);
}
