import type { RunEntry } from "../../runs/run-entry.js";
import { hasLearned, isActive, isPaused, isResumable } from "./run-entries.js";

/** What the palette's and the menus' conditions ask for (package.json, "when"). */
export type RunContext = Readonly<Record<"hasRuns" | "hasActiveRuns" | "hasPausedRuns" | "hasResumableRuns" | "hasLearned" | "hasBaseline", boolean>>;

export function contextOfRuns(entries: readonly RunEntry[], options: { readonly jobs: boolean; readonly baseline: boolean }): RunContext {
  return {
    hasRuns: entries.length > 0,
    hasActiveRuns: options.jobs || entries.some(isActive),
    hasPausedRuns: entries.some(isPaused),
    hasResumableRuns: entries.some(isResumable),
    hasLearned: entries.some(hasLearned),
    hasBaseline: options.baseline,
  };
}

/** Before the runs have been read, a command is rather offered than hidden: it says itself when nothing suits. */
export const contextBeforeLoad = (anyFolder: boolean, options: { readonly jobs: boolean; readonly baseline: boolean }): RunContext => ({
  hasRuns: anyFolder,
  hasActiveRuns: anyFolder || options.jobs,
  hasPausedRuns: anyFolder,
  hasResumableRuns: anyFolder,
  hasLearned: anyFolder,
  hasBaseline: options.baseline,
});
