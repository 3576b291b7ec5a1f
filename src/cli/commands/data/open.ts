import path from "node:path";
import type { LoadedDescription } from "../../../data/description/load-description.js";
import type { CommandContext } from "../../context.js";
import { harmless } from "../../output/harmless.js";

/** The data set that a person names by its description. What changed since it was added is told. */
export async function openDescribed(context: CommandContext, name: string): Promise<LoadedDescription> {
  const { loadDescription } = await import("../../../data/description/load-description.js");
  const { changesBySize } = await import("../../../data/description/source-changes.js");
  const dataset = await loadDescription(path.resolve(context.currentFolder, name));
  for (const { text } of await changesBySize(dataset)) context.progress.line(`Note: ${harmless(text)}`);
  return dataset;
}
