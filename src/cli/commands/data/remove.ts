import { rm } from "node:fs/promises";
import path from "node:path";
import { PromptTuningError } from "../../../common/errors.js";
import { storageError } from "../../../runs/storage-error.js";
import type { CommandContext } from "../../context.js";
import { displayPath } from "../../invocation.js";
import { harmless } from "../../output/harmless.js";

/** ptune data remove DESCRIPTION: deletes the description; the data are never touched. */
export async function removeCommand({ results, json, currentFolder }: CommandContext, name: string): Promise<number> {
  const { descriptionEnding, isDescription } = await import("../../../data/description/ending.js");
  const file = path.resolve(currentFolder, name);
  if (!isDescription(file)) throw new PromptTuningError("usage", `${name} is not the description of a data set.`, { advice: `Only descriptions (*${descriptionEnding}) are removed, never data.` });
  try {
    await rm(file);
  } catch (error) {
    throw storageError("remove the description", file, error);
  }
  if (json) results.object({ type: "dataset-removed", file });
  else results.line(harmless(`${displayPath(file, currentFolder)} is removed; the data are where they were.`));
  return 0;
}
