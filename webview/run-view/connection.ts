import { useEffect, useState } from "preact/hooks";
import { PromptTuningError } from "../../src/common/errors.js";
import type { Peer } from "../../src/protocol/peer.js";
import { type RunAction, type RunDetails, runViewHostContract, type RunViewHostContract, runViewPageContract, type RunViewPageContract, type RunStatus } from "../../src/protocol/webview/run-view.js";
import { connectToHost } from "../shared/page.js";
import { RunModel } from "./run-model.js";

export const host: Peer<RunViewPageContract, RunViewHostContract> = connectToHost(runViewPageContract, runViewHostContract);

/** A run as the page knows it. A new object at every change, so that what depends on it is drawn again. */
export interface ShownRun {
  readonly status: RunStatus;
  readonly details: RunDetails;
  readonly model: RunModel;
  /** Counts the batches: the model's own arrays grow in place. */
  readonly version: number;
}

/** Everything about the run; undefined until the host has answered, an error where it could not. */
export function useRun(): { readonly run?: ShownRun; readonly error?: string } {
  const [status, setStatus] = useState<RunStatus | undefined>();
  const [details, setDetails] = useState<RunDetails | undefined>();
  const [{ model, version }, setJournal] = useState({ model: new RunModel(), version: 0 });
  const [error, setError] = useState<string | undefined>();
  useEffect(() => {
    host.onNotice("status", setStatus);
    host.onNotice("journal", (batch) => setJournal((before) => ({ model: RunModel.apply(before.model, batch), version: before.version + 1 })));
    host.call("ready", {}).then(
      (answer) => {
        setStatus((newer) => newer ?? answer.status);
        setDetails(answer.details);
      },
      (problem: unknown) => setError(wordsOf(problem)),
    );
  }, []);
  // What is in the folder changes when the run ends: the adapter, the predictions, the inspection.
  const ended = model.result !== undefined && model.caughtUp;
  useEffect(() => {
    if (ended && details) host.call("details", {}).then(setDetails, () => undefined);
  }, [ended]);
  return status && details ? { run: { status, details, model, version } } : { error };
}

/** An error for a person. */
export function wordsOf(error: unknown): string {
  return error instanceof PromptTuningError ? error.describe() : String(error);
}

/** Asks the host to do something; what goes wrong is shown by `onError`. */
export function act(action: RunAction, onError: (text: string) => void): void {
  host.call("act", { action }).catch((error: unknown) => onError(wordsOf(error)));
}
