import type { Program } from "../../engine/program.js";
import type { LoadedExperiment } from "../../experiment/load-experiment.js";
import type { ResultEvent, RunEvent } from "../../runs/events.js";
import { SharedSteps } from "../../training/shared-steps.js";
import type { BackendOptions } from "../options.js";
import { prepareRun, type PreparedRun } from "../prepared-run.js";
import { conductNewRun } from "../run-experiment.js";
import { SharedParts } from "./shared-parts.js";
import { SweepCompany } from "./sweep-company.js";

export interface SweepOptions extends Omit<BackendOptions, "emit" | "onRun" | "pauseGate"> {
  /** Every event, with the place of its run among the experiments; what concerns the preparation of all comes with the first. */
  readonly emit?: (event: RunEvent, place: number) => void;
  readonly onRun?: (folder: string, place: number) => void;
  /** Runs that train side by side. Those beyond wait until all of these have ended. */
  readonly atOnce: number;
}

/** How one run of a sweep ended: with its result, or with the error that ended it. */
export type SweepOutcome = { readonly result: ResultEvent } | { readonly error: unknown };

/**
 * Runs variations of an experiment side by side over one copy of the frozen weights. Each is a run of its own, with its
 * folder and journal; those with the same backbone, head and length of prompt take their steps in shared passes, texts
 * are encoded once, and baselines measured once. A run that fails ends alone.
 * @returns in the order of the experiments.
 * @throws PromptTuningError where one of the experiments, its data or its model is wrong: before any run has begun.
 */
export async function runSweep(experiments: readonly LoadedExperiment[], options: SweepOptions): Promise<SweepOutcome[]> {
  const parts = new SharedParts();
  try {
    const runs: PreparedRun[] = [];
    for (const [place, { experiment, folder }] of experiments.entries()) runs.push(await prepareRun(experiment, folder, optionsOf(options, place), parts));
    const company = new SweepCompany();
    const outcomes: SweepOutcome[] = [];
    for (let first = 0; first < runs.length; first += options.atOnce) {
      outcomes.push(...(await conductTogether(runs.slice(first, first + options.atOnce), company, (place) => optionsOf(options, first + place))));
    }
    return outcomes;
  } finally {
    await parts.dispose();
  }
}

function optionsOf({ emit, onRun, ...options }: SweepOptions, place: number): BackendOptions {
  return { ...options, emit: (event) => emit?.(event, place), onRun: (folder) => onRun?.(folder, place) };
}

async function conductTogether(runs: readonly PreparedRun[], company: SweepCompany, optionsAt: (place: number) => BackendOptions): Promise<SweepOutcome[]> {
  const tables = new Map<Program, SharedSteps>();
  const seats = runs.map(({ program }) => {
    let table = tables.get(program);
    if (!table) tables.set(program, (table = new SharedSteps(program)));
    return table.seat();
  });
  const ended = await Promise.allSettled(
    runs.map(async (run, place) => {
      try {
        return await conductNewRun({ ...run, program: seats[place], company: company.of(seats[place]) }, optionsAt(place));
      } finally {
        // Also where it ended before its training began.
        seats[place].leave();
      }
    }),
  );
  return ended.map((each) => (each.status === "fulfilled" ? { result: each.value } : { error: each.reason as unknown }));
}
