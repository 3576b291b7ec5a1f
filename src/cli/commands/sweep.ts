import path from "node:path";
import { compareConfigurations, flatten } from "../../comparison/configuration.js";
import type { SweepOutcome } from "../../backend/sweep/run-sweep.js";
import { type LoadedExperiment, loadExperiment } from "../../experiment/load-experiment.js";
import { withOverrides } from "../../experiment/overrides.js";
import { type Axis, nameOfVariation, readAxis, type Variation, variationsOf } from "../../experiment/variations.js";
import { PromptTuningError } from "../../common/errors.js";
import type { CommandContext } from "../context.js";
import { displayPath } from "../invocation.js";
import { SweepNarrator } from "../output/sweep-narrator.js";
import { sweepReport } from "../output/sweep-report.js";
import { describeError } from "../report-error.js";
import { jobOptions, show } from "./run-progress.js";

export interface SweepSettings {
  readonly vary?: readonly string[];
  readonly seeds?: number;
  readonly atOnce: number;
}

/** ptune sweep FILE: a run for every combination of the settings that are varied. Returns the exit code. */
export async function sweepCommand(context: CommandContext, file: string, settings: SweepSettings): Promise<number> {
  const { json, results, progress, runsRoot, currentFolder, style } = context;
  const loaded = await loadExperiment(file);
  const variations = variationsOf(axesOf(settings, loaded));
  const experiments = variations.map((variation) => varied(loaded, variation));
  const names = variations.map(nameOfVariation);
  const narrator = new SweepNarrator(names);
  const folders: (string | undefined)[] = variations.map(() => undefined);
  const began = performance.now();
  const { runSweep } = await import("../../backend/sweep/run-sweep.js");
  const outcomes = await runSweep(experiments, {
    ...jobOptions(context),
    runsRoot,
    atOnce: settings.atOnce,
    onRun: (folder, place) => (folders[place] = folder),
    emit: (event, place) => {
      const folder = folders[place];
      if (json) results.object({ ...event, settings: settingsOf(variations[place]), ...(folder === undefined ? {} : { run: folder }) });
      show(progress, narrator.event(event, place));
    },
  });
  progress.clear();
  const rows = variations.map(({ settings: given }, place) => ({
    settings: given,
    configuration: flatten(experiments[place].experiment),
    result: resultOf(outcomes[place]),
    run: folders[place] === undefined ? "–" : path.basename(folders[place]),
  }));
  const seconds = (performance.now() - began) / 1000;
  for (const [place, outcome] of outcomes.entries()) if ("error" in outcome) progress.line(`[${names[place]}] ${describeError(outcome.error, false).text}`);
  if (json) results.object({ type: "sweep", seconds, runs: rows.map(({ result }, place) => ({ settings: settingsOf(variations[place]), run: folders[place] ?? null, status: result?.status ?? "failed", test: result?.test ?? null })) });
  else {
    results.lines(sweepReport(rows, compareConfigurations(rows.map(({ configuration }) => configuration)), seconds, style));
    results.line(`  Runs          ${displayPath(runsRoot, currentFolder)}`);
  }
  if (rows.some(({ result }) => result === undefined)) return 1;
  return rows.some(({ result }) => result!.status === "stopped") ? 130 : 0;
}

/** The axes as given; --seeds counts upwards from the experiment's seed. */
function axesOf({ vary = [], seeds }: SweepSettings, { experiment }: LoadedExperiment): Axis[] {
  const axes = vary.map(readAxis);
  const first = experiment.training.seed;
  if (seeds !== undefined) axes.push({ key: "training.seed", values: Array.from({ length: seeds }, (_, i) => first + i) });
  if (axes.length === 0) throw new PromptTuningError("usage", "A sweep varies something.", { advice: "Give --seeds 5, or a setting with its values: --vary training.learningRate=0.01,0.003." });
  return axes;
}

function varied(loaded: LoadedExperiment, variation: Variation): LoadedExperiment {
  try {
    return withOverrides(loaded, variation.overrides);
  } catch (error) {
    if (!(error instanceof PromptTuningError)) throw error;
    throw new PromptTuningError("usage", `The experiment does not run with ${nameOfVariation(variation)}.`, { reason: error.reason, advice: "Settings are named as in the experiment file: training.learningRate, method.init.type." });
  }
}

const settingsOf = ({ settings }: Variation): object => Object.fromEntries(settings.map(({ key, value }) => [key, value]));
const resultOf = (outcome: SweepOutcome) => ("result" in outcome ? outcome.result : undefined);
