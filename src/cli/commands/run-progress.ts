import type { SourceProgress } from "../../backbone/sources/source.js";
import type { BackendOptions } from "../../backend/options.js";
import type { RunEvent } from "../../runs/events.js";
import type { CommandContext } from "../context.js";
import { FetchNarrator } from "../output/fetch-narrator.js";
import type { Narration } from "../output/narration.js";
import { RunNarrator } from "../output/run-narrator.js";

/** Shows a run's events and its downloads; with --json the events themselves go to standard output. */
export function runProgress({ json, progress, results }: CommandContext): Pick<BackendOptions, "emit" | "onFetch"> {
  const run = new RunNarrator();
  const fetch = new FetchNarrator();
  const show = (narrations: readonly Narration[]): void => {
    for (const { kind, text } of narrations) {
      if (kind === "line") progress.line(text);
      else progress.show(text);
    }
  };
  return {
    emit: (event: RunEvent) => {
      if (json) results.object(event);
      show(run.event(event));
    },
    onFetch: (state: SourceProgress) => show(fetch.progress(state, performance.now() / 1000)),
  };
}
