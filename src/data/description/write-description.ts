import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { temporaryName, writeFileAtomically, writeNewFile } from "../../runs/atomic-write.js";
import { errorCode, nodeFileSystem } from "../../runs/file-system.js";
import { storageError } from "../../runs/storage-error.js";
import { type DatasetDescription, descriptionSchema } from "./schema.js";

const what = "write the description";

/**
 * Writes a description, whole or not at all. One that is there is replaced only where that was asked for.
 * @throws PromptTuningError usage: there is one already. storage.
 */
export function writeDescription(file: string, description: DatasetDescription, { overwrite }: { readonly overwrite: boolean }): void {
  const bytes = Buffer.from(`${JSON.stringify(descriptionSchema.parse(description), null, 2)}\n`);
  if (overwrite) return writeFileAtomically(nodeFileSystem, file, bytes, what);
  const temporary = path.join(path.dirname(file), temporaryName(path.basename(file)));
  try {
    writeNewFile(nodeFileSystem, temporary, bytes);
    // A second name fails where the name is taken, whoever took it meanwhile.
    nodeFileSystem.link(temporary, file);
  } catch (error) {
    if (errorCode(error) === "EEXIST") throw new PromptTuningError("usage", `There is a file ${file} already.`, { file, advice: "Write to another one with --to, or replace it with --overwrite." });
    throw storageError(what, file, error);
  } finally {
    if (nodeFileSystem.stat(temporary)) nodeFileSystem.unlink(temporary);
  }
}
