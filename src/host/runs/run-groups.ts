import path from "node:path";
import type { RunEntry } from "../../runs/run-entry.js";
import { lessIsBetter, type Metric } from "./words.js";

/** The runs of one experiment, newest first. */
export interface RunGroup {
  /** Stable over time: root and experiment. */
  readonly key: string;
  readonly name: string;
  readonly root: string;
  readonly runs: readonly RunEntry[];
  /** The best of the runs that have one, by the rows the experiment holds out where a run got that far. */
  readonly best: Metric | null;
  /** Over the runs of equal settings that differ in their seed; only with two seeds or more. */
  readonly overSeeds: SeedStatistics | null;
}

export interface SeedStatistics {
  readonly metric: string;
  readonly mean: number;
  /** Sample standard deviation (n − 1). */
  readonly deviation: number;
  readonly seeds: number;
}

export function groupRuns(entries: readonly RunEntry[]): RunGroup[] {
  const groups = new Map<string, RunEntry[]>();
  for (const entry of entries) {
    const key = `${entry.root}\0${entry.experimentName}`;
    const runs = groups.get(key);
    if (runs) runs.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups].map(([key, runs]) => ({ key, name: runs[0].experimentName, root: runs[0].root, runs, best: bestOf(runs), overSeeds: overSeeds(runs) }));
}

/** A measure on held-out rows says more than one that chose its own checkpoint. */
function bestOf(runs: readonly RunEntry[]): Metric | null {
  const metrics = runs.flatMap(({ metric }) => metric ?? []);
  const tested = metrics.filter(({ split }) => split === "test");
  const comparable = (tested.length > 0 ? tested : metrics).filter(({ name }, _index, [first]) => name === first.name);
  return comparable.reduce<Metric | null>((best, metric) => (best === null || isBetter(metric, best) ? metric : best), null);
}

export const isBetter = (a: Metric, than: Metric): boolean => (lessIsBetter(a.name) ? a.value < than.value : a.value > than.value);

/** Of several settings the one with the most seeds, of these the newest: runs of different settings have no common mean. */
function overSeeds(runs: readonly RunEntry[]): SeedStatistics | null {
  const bySettings = new Map<string, Map<number, Metric>>();
  for (const { state, settings, seed, metric } of runs) {
    if (state !== "succeeded" || settings === null || seed === null || metric === null) continue;
    const key = `${settings} ${metric.name} ${metric.split}`;
    const seeds = bySettings.get(key) ?? new Map<number, Metric>();
    bySettings.set(key, seeds);
    // A seed that ran twice counts once, by its newest run.
    if (!seeds.has(seed)) seeds.set(seed, metric);
  }
  const [most] = [...bySettings.values()].sort((a, b) => b.size - a.size);
  if (most === undefined || most.size < 2) return null;
  const values = [...most.values()].map(({ value }) => value);
  return { metric: [...most.values()][0].name, ...meanAndDeviation(values), seeds: values.length };
}

/** Mean, and the sample standard deviation with n − 1; of one value the deviation is 0. */
export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}

/** The workspace folder a root belongs to, for telling equal experiments of several folders apart. */
export const folderOfRoot = (root: string): string => path.basename(path.dirname(path.dirname(root)));
