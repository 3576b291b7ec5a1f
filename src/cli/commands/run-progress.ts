import type { SourceProgress } from "../../backbone/sources/source.js";
import type { BackendOptions } from "../../backend/options.js";
import type { RunEvent } from "../../runs/events.js";
import type { CommandContext } from "../context.js";
import { FetchNarrator } from "../output/fetch-narrator.js";
import type { Narration } from "../output/narration.js";
import { RunNarrator } from "../output/run-narrator.js";
import type { ProgressWriter } from "../output/writer.js";

/** What `ptune run` and `ptune resume` give the backend: events are shown, and with --json are the results. */
export function runOptions(context: CommandContext): BackendOptions {
  const { json, results } = context;
  const options = jobOptions(context);
  return {
    ...options,
    emit: (event: RunEvent) => {
      if (json) results.object(event);
      options.emit(event);
    },
  };
}

/** What every other command gives the backend: its progress and messages are shown. */
export function jobOptions({ progress, runsRoot, signal }: CommandContext): BackendOptions & Required<Pick<BackendOptions, "emit" | "onFetch">> {
  const run = new RunNarrator();
  const fetch = new FetchNarrator();
  return {
    runsRoot,
    signal,
    emit: (event) => show(progress, run.event(event)),
    onFetch: (state: SourceProgress) => show(progress, fetch.progress(state, performance.now() / 1000)),
  };
}

export function show(progress: ProgressWriter, narrations: readonly Narration[]): void {
  for (const { kind, text } of narrations) {
    if (kind === "line") progress.line(text);
    else progress.show(text);
  }
}
