import { PromptTuningError } from "../common/errors.js";
import type { Experiment } from "../experiment/schema.js";
import type { ResultEvent } from "../runs/events.js";
import type { RunFolder } from "../runs/run-folder.js";
import { nodeFileSystem } from "../runs/file-system.js";
import { summarizeRun } from "../runs/run-summary.js";
import { RunStore } from "../runs/run-store.js";
import { RunWriter } from "../runs/run-writer.js";
import { conductRun } from "./conduct-run.js";
import type { BackendOptions } from "./options.js";
import { prepareRun, type PreparedRun } from "./prepared-run.js";
import { readKeptExperiment } from "./kept-experiment.js";

/**
 * Goes on with a run that was stopped or killed, from its newest whole checkpoint (from the start when it has none).
 * Prompt, losses and order of data are those of the run that was never stopped.
 * @throws PromptTuningError kind "busy" when another process holds the run, "run" when it is finished or when its
 * model or data are not the same any more.
 */
export async function resumeRun(reference: string, options: BackendOptions): Promise<ResultEvent> {
  const store = new RunStore(options.runsRoot);
  const folder = store.open(reference);
  const experiment: Experiment = readKeptExperiment(store, folder);
  const writer = await RunWriter.open(folder);
  try {
    await refuseFinished(folder);
    options.onRun?.(folder.path);
    // Runs of older versions do not tell how they computed gradients; where nothing was asked for, they were exact.
    const run = await prepareRun(experiment, folder.path, options, { begun: store.readEnvironment(folder).gradients ?? "exact" });
    try {
      refuseChanged(store, folder, run);
      const checkpoint = writer.latestCheckpoint();
      const event = { type: "resume", step: checkpoint?.step ?? 0 } as const;
      writer.append(event);
      options.emit?.(event);
      return await conductRun(run, writer, options, checkpoint && { tensors: checkpoint.tensors, json: checkpoint.json });
    } finally {
      await run.backbone.dispose();
    }
  } finally {
    writer.close();
  }
}

async function refuseFinished(folder: RunFolder): Promise<void> {
  const { history } = await summarizeRun(nodeFileSystem, folder);
  // A run killed between its last state and its result measures once more, so that it gets one.
  if (history.result?.status !== "succeeded") return;
  throw new PromptTuningError("run", `The run ${folder.name} is finished; there is nothing to resume.`, {
    advice: "Run its experiment again for a new run, or use what it learned: ptune predict, ptune export.",
  });
}

/** Going on with other data or another model would be another experiment. */
function refuseChanged(store: RunStore, folder: RunFolder, { backbone, dataset }: PreparedRun): void {
  const environment = store.readEnvironment(folder);
  const changed = [
    ...(environment.model.sha256 === backbone.description.hash ? [] : ["the model"]),
    ...(environment.data.all === dataset.hash ? [] : ["the data"]),
  ];
  if (changed.length === 0) return;
  throw new PromptTuningError("run", `The run ${folder.name} cannot go on: ${changed.join(" and ")} changed since it began.`, {
    advice: "Restore the files as they were, or start a new run of the experiment.",
  });
}
