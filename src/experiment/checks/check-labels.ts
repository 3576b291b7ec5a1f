import { nearestOf } from "../../common/nearest.js";
import { splitNames, type SplitName } from "../../data/dataset.js";
import type { TablePeek } from "../../data/peek-table.js";
import { quoted } from "../diagnostic.js";
import type { DatasetFiles, TaskSettings } from "../schema.js";
import type { Findings } from "./context.js";

/** More different values than this are hardly labels: another check says so when the data is read. */
const mostLabels = 1000;
const shownLabels = 5;

/** Whether the verbalizer's labels are those of the data, as far as the files were looked at. */
export function checkLabels(task: TaskSettings & { type: "classification" }, column: string, dataset: DatasetFiles, tables: ReadonlyMap<SplitName, TablePeek>, findings: Findings): void {
  if (!task.verbalizer) return;
  const places = labelPlaces(column, dataset, tables);
  if (places.size === 0 || places.size > mostLabels) return;
  const whole = splitNames.every((split) => dataset[split] === undefined || tables.get(split)?.whole);
  compareLabels(Object.keys(task.verbalizer), places, whole ? "all" : "some", findings);
}

/**
 * Compares the verbalizer's labels with those found in the data (label → the place of its first row, or nothing).
 * @param seen "all": a label that was not found is nowhere in the data.
 */
export function compareLabels(known: readonly string[], found: ReadonlyMap<string, string>, seen: "all" | "some", findings: Findings): void {
  const missing = new Set([...found.keys()].filter((label) => !known.includes(label)));
  const path = ["task", "verbalizer"];
  for (const label of known) {
    if (label === "" || found.has(label)) continue;
    // A label that the data have in another spelling is a slip; told once, at its key.
    const nearest = nearestOf(label, missing);
    if (nearest !== undefined) {
      missing.delete(nearest);
      findings.key(`The data have no label ${quoted(label)}. Did you mean ${quoted(nearest)}?`, [...path, label], { replacement: JSON.stringify(nearest) });
    } else if (seen === "all") findings.key(`No row of the data has the label ${quoted(label)}: it cannot be learnt.`, [...path, label], { severity: "warning" });
  }
  if (missing.size === 0) return;
  const shown = [...missing].slice(0, shownLabels).map((label) => `${quoted(label)}${found.get(label) ? ` (${found.get(label)})` : ""}`);
  const more = missing.size > shown.length ? ` and ${missing.size - shown.length} more` : "";
  findings.key(`The verbalizer has no words for the label${missing.size === 1 ? "" : "s"} ${shown.join(", ")}${more} of the data.`, path);
}

function labelPlaces(column: string, dataset: DatasetFiles, tables: ReadonlyMap<SplitName, TablePeek>): Map<string, string> {
  const places = new Map<string, string>();
  for (const [split, { rows }] of tables) {
    for (const { cells, line } of rows) {
      const label = cells[column]?.trim();
      if (label && !places.has(label)) places.set(label, `${dataset[split]!}, line ${line}`);
      if (places.size > mostLabels) return places;
    }
  }
  return places;
}
