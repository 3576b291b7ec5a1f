import type { RunEntry } from "../../runs/run-entry.js";

/** What of the runs is listed. Empty text and no states: everything. */
export interface RunFilter {
  /** Words that must all occur in the run's names, its seed ("seed 3") or its state. */
  readonly text: string;
  readonly states: readonly RunEntry["state"][];
}

export const noFilter: RunFilter = { text: "", states: [] };
export const isFiltering = ({ text, states }: RunFilter): boolean => text.trim() !== "" || states.length > 0;

export function filterRuns(entries: readonly RunEntry[], { text, states }: RunFilter): readonly RunEntry[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return entries.filter((entry) => {
    if (states.length > 0 && !states.includes(entry.state)) return false;
    if (words.length === 0) return true;
    const said = `${entry.name} ${entry.experimentName} ${entry.id} seed:${entry.seed} seed ${entry.seed} ${entry.state}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** What was remembered, as far as it is still valid. */
export function asFilter(value: unknown): RunFilter {
  if (typeof value !== "object" || value === null) return noFilter;
  const { text, states } = value as { text?: unknown; states?: unknown };
  return { text: typeof text === "string" ? text : "", states: Array.isArray(states) ? states.filter((state): state is RunEntry["state"] => allStates.includes(state)) : [] };
}

export const allStates: readonly RunEntry["state"][] = ["running", "paused", "queued", "succeeded", "stopped", "interrupted", "failed"];
