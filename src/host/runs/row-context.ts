import type { RunEntry } from "../../runs/run-entry.js";
import type { RowSituation } from "./row-situation.js";
import { hasLearned, isResumable } from "./run-entries.js";

/**
 * What the menus of a run's row ask for (package.json, "view/item/context"): `run;succeeded;finished;learned;`. Every
 * word ends with a semicolon, so that `/;learned;/` finds whole words only.
 */
export function contextOf(entry: RunEntry, { job, baseline }: RowSituation): string {
  const own = job !== undefined;
  const words = [
    "run",
    entry.state,
    entry.state === "succeeded" && "finished",
    hasLearned(entry) && "learned",
    (entry.active || own) && job?.state !== "stopping" && "active",
    own && job.state === "running" && entry.state === "running" && "pausable",
    isResumable(entry) && !own && "resumable",
    baseline && "baseline",
  ];
  return words.filter((word) => word !== false).map((word) => `${word};`).join("");
}
