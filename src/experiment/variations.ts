import { PromptTuningError } from "../common/errors.js";
import type { Overrides } from "./overrides.js";

/** One setting that a sweep varies: its path ("training.learningRate") and its values. */
export interface Axis {
  readonly key: string;
  readonly values: readonly unknown[];
}

/** One run of a sweep: what it is given for every setting that is varied, in the order of the axes. */
export interface Variation {
  readonly settings: readonly { readonly key: string; readonly value: unknown }[];
  readonly overrides: Overrides;
}

/** Enough for a person to wait for, few enough to be a slip of the hand beyond. */
export const mostVariations = 1000;

/**
 * Reads "training.learningRate=0.01,0.003": values between commas, each as JSON where it is such and else as a text. A
 * JSON list stands for its members, for texts with commas in them: task.template=["a, {text}","{text}"].
 * @throws PromptTuningError kind "usage".
 */
export function readAxis(text: string): Axis {
  const at = text.indexOf("=");
  const key = text.slice(0, at).trim();
  const given = text.slice(at + 1).trim();
  if (at < 0 || !/^[A-Za-z]+(\.[A-Za-z]+)*$/.test(key) || given === "") {
    throw new PromptTuningError("usage", `${JSON.stringify(text)} does not say what to vary.`, { advice: "Give a setting and its values: training.learningRate=0.01,0.003." });
  }
  const list = valueOf(given);
  const values = Array.isArray(list) ? (list as unknown[]) : given.split(",").map((each) => valueOf(each.trim()));
  if (values.length === 0 || values.includes("")) throw new PromptTuningError("usage", `One of the values of ${key} is empty.`, { advice: "Put one comma between two values, and none at the end." });
  if (new Set(values.map((value) => JSON.stringify(value))).size < values.length) throw new PromptTuningError("usage", `One of the values of ${key} stands there twice.`, { advice: "Two runs with the same settings end alike; vary training.seed to see how much chance matters." });
  return { key, values };
}

/** The JSON that a text is, or the text itself. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/**
 * Every combination of the axes' values, the last axis fastest.
 * @throws PromptTuningError kind "usage" for one setting on two axes, or for more combinations than `mostVariations`.
 */
export function variationsOf(axes: readonly Axis[]): Variation[] {
  const keys = axes.map(({ key }) => key);
  const clash = keys.find((key, i) => keys.some((other, j) => i !== j && (other === key || other.startsWith(`${key}.`))));
  if (clash !== undefined) throw new PromptTuningError("usage", `${clash} is varied twice.`, { advice: "Put all its values behind one --vary." });
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > mostVariations) throw new PromptTuningError("usage", `These are ${count.toLocaleString("en")} runs, more than ${mostVariations.toLocaleString("en")}.`, { advice: "Vary fewer settings at a time." });
  let combinations: Variation["settings"][] = [[]];
  for (const { key, values } of axes) combinations = combinations.flatMap((settings) => values.map((value) => [...settings, { key, value }]));
  return combinations.map((settings) => ({ settings, overrides: overridesOf(settings) }));
}

function overridesOf(settings: Variation["settings"]): Overrides {
  const overrides: Record<string, unknown> = {};
  for (const { key, value } of settings) {
    const path = key.split(".");
    let at = overrides;
    for (const part of path.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>;
    at[path.at(-1)!] = value;
  }
  return overrides;
}

/** "seed 2, learningRate 0.01": short names where they are not mistaken for others. */
export function nameOfVariation({ settings }: Variation): string {
  const lastOf = (key: string): string => key.slice(key.lastIndexOf(".") + 1);
  const short = (key: string): string => (settings.filter((other) => lastOf(other.key) === lastOf(key)).length > 1 ? key : lastOf(key));
  return settings.map(({ key, value }) => `${short(key)} ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");
}
