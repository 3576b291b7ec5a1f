import type { RunEntry } from "../../runs/run-entry.js";
import { allStates } from "./run-filter.js";
import type { RunGroup } from "./run-groups.js";
import { lessIsBetter, type Metric } from "./words.js";

export const runOrders = ["newest", "metric", "name", "state"] as const;
/** "metric": the best first; "state": what runs now first. */
export type RunOrder = (typeof runOrders)[number];

export const asOrder = (value: unknown): RunOrder => runOrders.find((order) => order === value) ?? "newest";

/** Groups and their runs in order. Of equals the newest comes first: that is how they are given. */
export function orderGroups(groups: readonly RunGroup[], order: RunOrder): RunGroup[] {
  const ordered = groups.map((group) => ({ ...group, runs: order === "newest" ? group.runs : [...group.runs].sort(runOrder[order]) }));
  switch (order) {
    case "newest":
      return ordered;
    case "metric":
      return ordered.sort((a, b) => byMetric(a.best, b.best));
    case "name":
      return ordered.sort((a, b) => a.name.localeCompare(b.name));
    case "state":
      return ordered.sort((a, b) => stateRank(a.runs[0]) - stateRank(b.runs[0]));
  }
}

const stateRank = ({ state }: RunEntry): number => allStates.indexOf(state);

const runOrder: Readonly<Record<Exclude<RunOrder, "newest">, (a: RunEntry, b: RunEntry) => number>> = {
  metric: (a, b) => byMetric(a.metric, b.metric),
  name: (a, b) => a.experimentName.localeCompare(b.experimentName) || (a.seed ?? 0) - (b.seed ?? 0),
  state: (a, b) => stateRank(a) - stateRank(b),
};

/** Better first, what has none last; different measures by their names, since their values cannot be compared. */
function byMetric(a: Metric | null, b: Metric | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (a.name !== b.name) return a.name.localeCompare(b.name);
  return lessIsBetter(a.name) ? a.value - b.value : b.value - a.value;
}
