import type { LoadedExperiment } from "../../experiment/load-experiment.js";
import { type JobSource, sweepOf } from "../../protocol/backend/jobs.js";
import type { ResultEvent } from "../../runs/events.js";
import type { Job } from "./job.js";
import { OpenSweeps } from "./open-sweeps.js";

const openSweeps = new OpenSweeps(async () => new (await import("../../backend/sweep/sweep.js")).Sweep());

/** Does what a job is about. What computes is loaded with the first job. @throws what ended the run. */
export async function runJob(job: Job, cache: string | undefined): Promise<ResultEvent> {
  const { source, runsRoot } = job.status;
  const options = job.options(cache);
  // What was kept open for a next look makes room for the training.
  await (await import("../open-backbones.js")).openBackbones.releaseIdle();
  if (source.type === "resume") {
    const { resumeRun } = await import("../../backend/resume-run.js");
    return resumeRun(source.run, options);
  }
  const loaded = await experimentOf(source, runsRoot);
  job.called(loaded.experiment.name);
  const sweep = sweepOf(source);
  if (sweep !== undefined) return openSweeps.join(sweep, async (open) => open.conduct(await open.prepare(loaded, options), options));
  const { runExperiment } = await import("../../backend/run-experiment.js");
  return runExperiment(loaded, options);
}

/** The experiment of a file, or the one that is kept with a run, with the changes that are asked for. */
async function experimentOf(source: Exclude<JobSource, { type: "resume" }>, runsRoot: string): Promise<LoadedExperiment> {
  const { loadExperiment } = await import("../../experiment/load-experiment.js");
  const { withOverrides } = await import("../../experiment/overrides.js");
  if (source.type === "experiment") return withOverrides(await loadExperiment(source.file), source.overrides);
  const { RunStore } = await import("../../runs/run-store.js");
  const { readKeptExperiment } = await import("../../backend/kept-experiment.js");
  const store = new RunStore(runsRoot);
  const folder = store.open(source.run);
  const experiment = readKeptExperiment(store, folder);
  // Its paths are relative to the run's folder.
  return withOverrides({ experiment, file: folder.experiment, folder: folder.path, text: JSON.stringify(experiment, null, 2), warnings: [] }, source.overrides);
}
