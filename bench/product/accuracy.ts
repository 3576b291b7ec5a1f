import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "jsonc-parser";
import { type Experiment, experimentSchema, filesOf } from "../../src/experiment/schema.js";
import type { EvaluationMeasures, ResultEvent } from "../../src/runs/events.js";
import { runToResult } from "./command-line.js";
import { Workspace } from "./workspace.js";

export interface SeedResult {
  readonly seed: number;
  readonly result: ResultEvent;
  readonly soft: EvaluationMeasures;
}

export interface SeedRunOptions {
  readonly script: string;
  /** The experiment file; every seed runs a copy of it with that seed. */
  readonly file: string;
  readonly seeds: readonly number[];
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Runs an experiment once a seed through the command line, and prints a line a run. */
export async function runSeeds({ script, file, seeds, print, signal }: SeedRunOptions): Promise<SeedResult[]> {
  const original = experimentSchema.parse(parse(readFileSync(file, "utf8")));
  const results: SeedResult[] = [];
  for (const seed of seeds) {
    const workspace = new Workspace();
    try {
      const copy = workspace.writeExperiment({ ...withAbsolutePaths(original, path.dirname(file)), training: { ...original.training, seed } });
      const result = await runToResult(script, ["run", copy], { folder: workspace.folder, signal });
      if (!result.test) throw new Error("The run has no test result.");
      results.push({ seed, result, soft: result.test });
      print(`seed ${seed}: soft prompt ${described(result.test)}; ${Object.entries(result.baselines).map(([name, measures]) => `${name} ${percent(measures.accuracy)}`).join(", ")}; training ${Math.round(result.trainingSeconds)} s of ${Math.round(result.seconds)} s, peak ${result.peakMemoryMB} MB`);
    } finally {
      workspace.dispose();
    }
  }
  return results;
}

function withAbsolutePaths(experiment: Experiment, folder: string): Experiment {
  const dataset = filesOf(experiment.dataset);
  if (!dataset) return experiment;
  const absolute = (file: string | undefined): string | undefined => file && path.resolve(folder, file);
  return { ...experiment, dataset: { ...dataset, train: absolute(dataset.train)!, validation: absolute(dataset.validation), test: absolute(dataset.test) } };
}

export function percent(accuracy = NaN): string {
  return `${(100 * accuracy).toFixed(1)} %`;
}

function described({ accuracy, macroF1, items, confusion }: EvaluationMeasures): string {
  return `${percent(accuracy)} of ${items} (macro-F1 ${macroF1?.toFixed(3)}, confusion ${JSON.stringify(confusion)})`;
}

/** Mean and sample standard deviation. */
export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)) };
}
