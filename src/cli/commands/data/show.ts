import path from "node:path";
import type { CommandContext } from "../../context.js";
import { harmless } from "../../output/harmless.js";
import { dataProgress } from "./data-progress.js";
import { describeLines } from "./description-report.js";

/** ptune data show DESCRIPTION: what it says, and whether its files are still those; 2 where they are not. */
export async function showCommand(context: CommandContext, name: string): Promise<number> {
  const { loadDescription } = await import("../../../data/description/load-description.js");
  const { sourceChanges } = await import("../../../data/description/source-changes.js");
  const { results, progress, json, signal, currentFolder, style } = context;
  const dataset = await loadDescription(path.resolve(currentFolder, name));
  const changes = await sourceChanges(dataset, { signal, progress: dataProgress(context, "Checking") });
  progress.clear();
  if (json) results.object({ type: "dataset", file: dataset.file, description: dataset.description, changes });
  else {
    results.lines([...describeLines(dataset.description), ""]);
    if (changes.length === 0) results.line("The files are those that were added (SHA-256 compared).");
    else results.lines(changes.map(({ text }) => style.warning(harmless(text))));
  }
  return changes.length === 0 ? 0 : 2;
}
