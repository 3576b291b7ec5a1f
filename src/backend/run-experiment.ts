import path from "node:path";
import type { LoadedExperiment } from "../experiment/load-experiment.js";
import type { ResultEvent } from "../runs/events.js";
import { RunStore } from "../runs/run-store.js";
import { RunWriter } from "../runs/run-writer.js";
import { conductRun } from "./conduct-run.js";
import { environmentOf } from "./environment.js";
import type { BackendOptions } from "./options.js";
import { prepareRun, type PreparedRun } from "./prepared-run.js";
import { withPathsRelativeTo } from "../experiment/relative-paths.js";

/**
 * Runs an experiment from its file to its result. The run's folder is made once experiment, data and model have been
 * found right; the last event is the result, which is also returned.
 * @throws PromptTuningError after the journal, where there is one, has recorded it.
 */
export async function runExperiment(loaded: LoadedExperiment, options: BackendOptions): Promise<ResultEvent> {
  for (const { message, line } of loaded.warnings) options.emit?.({ type: "message", level: "warning", code: "experiment", text: `${loaded.file}, line ${line}: ${message}` });
  const run = await prepareRun(loaded.experiment, loaded.folder, options);
  try {
    return await conductNewRun(run, options);
  } finally {
    await run.backbone.dispose();
  }
}

/** Makes the folder of a prepared run, and runs it to its result. */
export async function conductNewRun(run: PreparedRun, options: BackendOptions): Promise<ResultEvent> {
  const store = new RunStore(options.runsRoot);
  // All runs lie side by side, so that the paths from one run's folder are the paths from any.
  const kept = withPathsRelativeTo(run.experiment, run.folder, path.join(store.root, "run"));
  const writer = await RunWriter.open(store.create(kept, environmentOf(run)));
  try {
    options.onRun?.(writer.folder.path);
    return await conductRun(run, writer, options);
  } finally {
    writer.close();
  }
}
