import { exportExperiment } from "../../backend/export-experiment.js";
import { lookAtSource } from "../../backend/look-at-source.js";
import type { BackendOptions } from "../../backend/options.js";
import { exportPrompt, importPrompt } from "../../backend/transfer.js";
import type { FetchProgress } from "../../protocol/backend/playground.js";
import type { ProcessContext } from "../context.js";

/** Export and import of soft prompts. */
export function registerTransfer({ peer, settings, log }: ProcessContext): void {
  const options = (runsRoot: string, signal: AbortSignal, progress: (at: FetchProgress) => void): BackendOptions => ({
    runsRoot,
    cache: settings().cache,
    signal,
    onFetch: (at) => progress({ ...at }),
  });

  peer.handle("transfer/export", async ({ runsRoot, prompt, format, target, overwrite }, { signal, progress }) => {
    const { files, notices } =
      format === "experiment" ? exportExperiment(prompt, { runsRoot, target, overwrite }) : await exportPrompt(prompt, { ...options(runsRoot, signal, progress), format, target, overwrite });
    log("info", `Exported as ${format}: ${files.join(", ")}.`);
    return { files: [...files], notices: [...notices] };
  });

  peer.handle("transfer/look", ({ source }) => ({ ...lookAtSource(source) }));

  peer.handle("transfer/import", async ({ runsRoot, source, ...rest }, { signal, progress }) => {
    const { folder, notices } = await importPrompt(source, { ...options(runsRoot, signal, progress), ...rest });
    log("info", `Imported ${folder}.`);
    return { folder, notices: [...notices] };
  });
}
