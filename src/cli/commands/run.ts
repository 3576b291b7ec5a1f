import type { CommandContext } from "../context.js";
import { finishRun } from "./finish-run.js";
import { runOptions } from "./run-progress.js";

/** ptune run FILE. Returns the exit code. */
export async function runCommand(context: CommandContext, file: string): Promise<number> {
  const { loadExperiment } = await import("../../experiment/load-experiment.js");
  const loaded = await loadExperiment(file);
  const { runExperiment } = await import("../../backend/run-experiment.js");
  return finishRun(await runExperiment(loaded, runOptions(context)), context);
}

/** ptune resume RUN. Returns the exit code. */
export async function resumeCommand(context: CommandContext, run: string): Promise<number> {
  const { resumeRun } = await import("../../backend/resume-run.js");
  return finishRun(await resumeRun(run, runOptions(context)), context);
}
