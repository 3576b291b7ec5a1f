import { existsSync } from "node:fs";
import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { writeFileAtomically } from "../runs/atomic-write.js";
import { nodeFileSystem } from "../runs/file-system.js";
import { findPrompt } from "./find-prompt.js";
import { withPathsRelativeTo } from "../experiment/relative-paths.js";
import type { Transferred } from "./transfer.js";

/** What an experiment file is exported with and where. */
export interface ExportExperimentOptions {
  readonly runsRoot: string;
  /** The new experiment file. */
  readonly target: string;
  readonly overwrite?: boolean;
}

/**
 * Writes the experiment a run was made with as an experiment file: every default filled in, its paths as seen from
 * where it lies now, so that it can be run there.
 * @throws PromptTuningError kind "run" for an imported prompt, which has none; "storage".
 */
export function exportExperiment(reference: string, { runsRoot, target, overwrite = false }: ExportExperimentOptions): Transferred {
  const { run, label } = findPrompt(reference, { runsRoot });
  if (!run) throw new PromptTuningError("run", `${label} was imported, not trained here.`, { reason: "No experiment is kept with it.", advice: "Export it in one of the other formats." });
  const file = path.resolve(target);
  if (existsSync(file) && !overwrite) throw new PromptTuningError("storage", `${file} is there already.`, { advice: "Choose another place, or allow to replace it.", file });
  const experiment = withPathsRelativeTo(run.experiment, run.folder.path, path.dirname(file));
  nodeFileSystem.makeFolder(path.dirname(file));
  writeFileAtomically(nodeFileSystem, file, Buffer.from(`${JSON.stringify(experiment, null, 2)}\n`), `write ${path.basename(file)}`);
  return { files: [file], notices: [] };
}
