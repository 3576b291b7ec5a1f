import { type ConfigurationComparison, seedKey, type SettingRow, type SettingValue } from "./configuration.js";

/** One axis of parallel coordinates. */
export type SweepAxis = NumericAxis | CategoricalAxis;
export interface NumericAxis {
  readonly kind: "numeric";
  readonly key: string;
  /** Logarithmic where positive values span more than two orders of magnitude. */
  readonly scale: "linear" | "log";
  /** [least, greatest] value. */
  readonly domain: readonly [number, number];
}
export interface CategoricalAxis {
  readonly kind: "categorical";
  readonly key: string;
  /** Numbers, then texts as a person orders them ("{soft:4}" before "{soft:20}"), then null, then undefined: the run has no such setting. */
  readonly categories: readonly (SettingValue | undefined)[];
}

const twoOrders = 100;

/** The axis of some values; null and undefined are told apart and make an axis categorical. */
export function axisOf(key: string, values: readonly (SettingValue | undefined)[]): SweepAxis {
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length < values.length || numbers.length === 0) return { kind: "categorical", key, categories: [...new Set(values)].sort(byKindAndName) };
  const domain = [Math.min(...numbers), Math.max(...numbers)] as const;
  return { kind: "numeric", key, scale: domain[0] > 0 && domain[1] / domain[0] > twoOrders ? "log" : "linear", domain };
}

const natural = new Intl.Collator("en", { numeric: true });
const kinds = ["number", "boolean", "string", "object", "undefined"];

function byKindAndName(a: SettingValue | undefined, b: SettingValue | undefined): number {
  if (typeof a !== typeof b) return kinds.indexOf(typeof a) - kinds.indexOf(typeof b);
  return typeof a === "number" ? a - (b as number) : natural.compare(String(a), String(b));
}

/** Where a value lies on its axis, 0 (bottom) to 1 (top); a lone value lies in the middle. */
export function placeOn(axis: SweepAxis, value: SettingValue | undefined): number {
  if (axis.kind === "categorical") return axis.categories.length === 1 ? 0.5 : axis.categories.indexOf(value) / (axis.categories.length - 1);
  const scaled = axis.scale === "log" ? Math.log : (number: number) => number;
  const [low, high] = axis.domain.map(scaled);
  return low === high ? 0.5 : (scaled(value as number) - low) / (high - low);
}

/** The settings that a sweep varies: what differs, without the seed. */
export function sweptSettings({ differing }: ConfigurationComparison): readonly SettingRow[] {
  return differing.filter(({ key }) => key !== seedKey);
}

/** Whether parallel coordinates have something to show: at least three runs over two settings. */
export function isSweep(comparison: ConfigurationComparison): boolean {
  const [setting] = comparison.differing;
  return setting !== undefined && setting.values.length >= 3 && sweptSettings(comparison).length >= 2;
}
