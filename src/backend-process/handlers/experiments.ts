import path from "node:path";
import { validateExperiment } from "../../backend/validate-experiment.js";
import type { ProcessContext } from "../context.js";

/** Checking experiments before they run. */
export function registerExperiments({ peer, settings }: ProcessContext): void {
  peer.handle("experiments/validate", async ({ file, text, withModel }, { signal, progress }) => {
    const found = await validateExperiment(file, {
      runsRoot: path.join(path.dirname(file), ".ptune", "runs"),
      cache: settings().cache,
      text,
      withModel,
      signal,
      onFetch: (at) => progress({ activity: "fetching", ...at }),
      emit: (event) => {
        if (event.type === "phase" && (event.phase === "data" || event.phase === "backbone")) progress({ activity: event.phase, done: event.done, total: event.total });
      },
    });
    return found.map((diagnostic) => ({ ...diagnostic, path: [...diagnostic.path] }));
  });
}
