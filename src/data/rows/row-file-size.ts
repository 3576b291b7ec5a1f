import { stat } from "node:fs/promises";
import path from "node:path";
import { openingError } from "./file-bytes.js";
import { classFolders } from "./text-folder.js";

/** Bytes of a data file, or of all texts of a folder. @throws PromptTuningError data. */
export async function rowFileSize(file: string): Promise<number> {
  try {
    const found = await stat(file);
    if (!found.isDirectory()) return found.size;
    let size = 0;
    for (const { label, files } of await classFolders(file)) for (const name of files) size += (await stat(path.join(file, label, name))).size;
    return size;
  } catch (error) {
    throw openingError(file, error);
  }
}
