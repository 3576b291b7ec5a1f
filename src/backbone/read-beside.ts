import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { ModelFiles } from "./sources/source.js";

/** Largest tokenizer or configuration file that is read, in bytes. */
const mostJsonBytes = 128 * 2 ** 20;

/** A file beside the model, or one folder up: the hub keeps exports in a subfolder "onnx". */
export async function readBeside(files: Pick<ModelFiles, "folder" | "files">, name: string): Promise<string | undefined> {
  const candidates = [path.join(files.folder, name), ...files.files.map((file) => file.path).filter((file) => path.basename(file) === name), path.join(path.dirname(files.folder), name)];
  for (const candidate of candidates) {
    try {
      const { size } = await stat(candidate);
      if (size <= mostJsonBytes) return await readFile(candidate, "utf8");
    } catch {
      // Not there.
    }
  }
  return undefined;
}
