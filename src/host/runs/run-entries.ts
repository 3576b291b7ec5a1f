import { isDeepStrictEqual } from "node:util";
import type { RunEntry } from "../../runs/run-entry.js";

/** Questions that commands and menus ask about a run. */

/** Neither a journal nor an experiment: the folder was deleted, or is no run. */
export const runIsGone = ({ damage }: RunEntry): boolean => damage.includes("experiment.json is missing.") && damage.includes("journal.jsonl is missing.");

export const sameEntry = (a: RunEntry, b: RunEntry): boolean => isDeepStrictEqual(a, b);

export const isActive = ({ active }: RunEntry): boolean => active;
export const isPaused = ({ active, state }: RunEntry): boolean => active && state === "paused";
/** Stopped by a person, killed, or failed: everything that no process works on and that has no result yet. */
export const isResumable = ({ active, state }: RunEntry): boolean => !active && (state === "stopped" || state === "interrupted" || state === "failed");
export const hasLearned = ({ learned }: RunEntry): boolean => learned !== "nothing";
