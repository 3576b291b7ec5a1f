import type { LoadedExperiment } from "../../experiment/load-experiment.js";
import type { ResultEvent, RunEvent } from "../../runs/events.js";
import type { BackendOptions } from "../options.js";
import type { PreparedRun } from "../prepared-run.js";
import { Sweep } from "./sweep.js";

export interface SweepOptions extends Omit<BackendOptions, "emit" | "onRun" | "pauseGate"> {
  /** Every event, with the place of its run among the experiments. */
  readonly emit?: (event: RunEvent, place: number) => void;
  readonly onRun?: (folder: string, place: number) => void;
  /** Runs that train side by side. Those beyond wait until all of these have ended. */
  readonly atOnce: number;
}

/** How one run of a sweep ended: with its result, or with the error that ended it. */
export type SweepOutcome = { readonly result: ResultEvent } | { readonly error: unknown };

/**
 * Runs variations of an experiment to their ends, see `Sweep`.
 * @returns in the order of the experiments.
 * @throws PromptTuningError where one of the experiments, its data or its model is wrong: before any run has begun.
 */
export async function runSweep(experiments: readonly LoadedExperiment[], { emit, onRun, atOnce, ...common }: SweepOptions): Promise<SweepOutcome[]> {
  const optionsAt = (place: number): BackendOptions => ({ ...common, emit: (event) => emit?.(event, place), onRun: (folder) => onRun?.(folder, place) });
  const sweep = new Sweep();
  try {
    const runs: PreparedRun[] = [];
    for (const [place, loaded] of experiments.entries()) runs.push(await sweep.prepare(loaded, optionsAt(place)));
    const outcomes: SweepOutcome[] = [];
    for (let first = 0; first < runs.length; first += atOnce) {
      const ended = await Promise.allSettled(runs.slice(first, first + atOnce).map((run, i) => sweep.conduct(run, optionsAt(first + i))));
      outcomes.push(...ended.map((each): SweepOutcome => (each.status === "fulfilled" ? { result: each.value } : { error: each.reason as unknown })));
    }
    return outcomes;
  } finally {
    await sweep.dispose();
  }
}
