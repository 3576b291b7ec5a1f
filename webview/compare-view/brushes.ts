import { placeOn, type SweepAxis } from "../../src/comparison/sweep.js";
import type { SettingValue } from "../../src/comparison/configuration.js";

/** What is chosen of an axis, from 0 (bottom) to 1 (top). */
export type Brush = readonly [low: number, high: number];
/** By the axis' key; an axis without one is chosen whole. */
export type Brushes = ReadonlyMap<string, Brush>;

export interface BrushedAxis {
  readonly axis: SweepAxis;
  readonly values: readonly (SettingValue | undefined)[];
}

const tolerance = 1e-9;

/** Which runs lie inside every brush. A run without a value on a brushed axis of numbers does not. */
export function insideBrushes(axes: readonly BrushedAxis[], brushes: Brushes, run: number): boolean {
  return axes.every(({ axis, values }) => {
    const brush = brushes.get(axis.key);
    if (!brush) return true;
    const place = placeOf(axis, values[run]);
    return place !== undefined && place >= brush[0] - tolerance && place <= brush[1] + tolerance;
  });
}

/** undefined where an axis of numbers has no value to place. */
export function placeOf(axis: SweepAxis, value: SettingValue | undefined): number | undefined {
  return axis.kind === "numeric" && typeof value !== "number" ? undefined : placeOn(axis, value);
}

/** The brushes with one changed: ends in order and inside the axis; one over the whole axis is none. */
export function withBrush(brushes: Brushes, key: string, ends: Brush): Brushes {
  const [low, high] = [Math.min(...ends), Math.max(...ends)].map((end) => Math.min(1, Math.max(0, end)));
  const next = new Map(brushes);
  if (low <= tolerance && high >= 1 - tolerance) next.delete(key);
  else next.set(key, [low, high]);
  return next;
}

/** How far an arrow key moves an end: to the next name, or a twentieth of the numbers. */
export function keyStep(axis: SweepAxis): number {
  return axis.kind === "categorical" && axis.categories.length > 1 ? 1 / (axis.categories.length - 1) : 0.05;
}

/** Where the ends of a brush that the pointer drew come to lie: on an axis of names, half way between two of them. */
export function settle(axis: SweepAxis, [low, high]: Brush): Brush {
  if (axis.kind === "numeric" || axis.categories.length < 2) return [low, high];
  const half = 0.5 / (axis.categories.length - 1);
  return [Math.max(0, low - half / 2), Math.min(1, high + half / 2)];
}
