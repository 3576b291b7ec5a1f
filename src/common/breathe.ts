import { PromptTuningError } from "./errors.js";

/** Lets heartbeats and messages through between two pieces of a long computation. @throws PromptTuningError kind "stopped" once the signal has fired. */
export async function breathe(signal?: AbortSignal, what = "It"): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  if (signal?.aborted) throw new PromptTuningError("stopped", `${what} was stopped.`);
}
