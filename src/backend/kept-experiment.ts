import { PromptTuningError } from "../common/errors.js";
import { type Experiment, experimentSchema } from "../experiment/schema.js";
import type { RunFolder } from "../runs/run-folder.js";
import type { RunStore } from "../runs/run-store.js";

/** The experiment a run was made with; its paths are relative to the run's folder. @throws PromptTuningError kind "run". */
export function readKeptExperiment(store: RunStore, folder: RunFolder): Experiment {
  const parsed = experimentSchema.safeParse(store.readExperiment(folder));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new PromptTuningError("run", `The experiment kept with the run ${folder.name} cannot be read.`, {
    reason: `At "${issue.path.join(".")}": ${issue.message}.`,
    advice: "It was edited, or written by a newer version of this program. Restore it, or start a new run.",
    file: folder.experiment,
  });
}
