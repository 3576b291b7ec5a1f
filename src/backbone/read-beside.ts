import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { ModelFiles } from "./sources/source.js";

/** Largest tokenizer or configuration file that is read, in bytes. */
const mostBytes = 128 * 2 ** 20;

/** A text file beside the model, or one folder up. */
export async function readBeside(files: Pick<ModelFiles, "folder" | "files">, name: string): Promise<string | undefined> {
  return (await readBytesBeside(files, name))?.toString("utf8");
}

/** A file beside the model, or one folder up: the hub keeps exports in a subfolder "onnx". */
export async function readBytesBeside(files: Pick<ModelFiles, "folder" | "files">, name: string): Promise<Buffer | undefined> {
  const candidates = [path.join(files.folder, name), ...files.files.map((file) => file.path).filter((file) => path.basename(file) === name), path.join(path.dirname(files.folder), name)];
  for (const candidate of candidates) {
    try {
      const { size } = await stat(candidate);
      if (size <= mostBytes) return await readFile(candidate);
    } catch {
      // Not there.
    }
  }
  return undefined;
}
