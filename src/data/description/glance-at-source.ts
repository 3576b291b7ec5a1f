import { stat } from "node:fs/promises";
import path from "node:path";
import type { LoadedDescription } from "./load-description.js";

export interface SourceGlance {
  /** Files that are gone, or of another size than when they were added. */
  readonly changes: readonly { readonly file: string; readonly kind: "missing" | "changed" }[];
  /** Files of the same size that were written after the description: only their content tells whether they have changed. */
  readonly written: readonly { readonly file: string; readonly size: number; readonly modified: number }[];
}

/**
 * Looks at the files of a data set by size and time alone, for lists: no reader is loaded, nothing is read. Of a folder
 * of texts only that it is there; what comes from the hub or a sample lies in the cache and does not change.
 */
export async function glanceAtSource({ description: { source }, folder, file: description }: LoadedDescription): Promise<SourceGlance> {
  if (source.type !== "files") return { changes: [], written: [] };
  const described = (await stat(description)).mtimeMs;
  const found = await Promise.all(source.files.map(async ({ path: name, size }) => ({ file: path.resolve(folder, name), size, now: await stat(path.resolve(folder, name)).catch(() => undefined) })));
  return {
    changes: found.flatMap(({ file, size, now }): SourceGlance["changes"] => (now === undefined ? [{ file, kind: "missing" }] : now.isFile() && now.size !== size ? [{ file, kind: "changed" }] : [])),
    written: found.flatMap(({ file, size, now }) => (now?.isFile() && now.size === size && now.mtimeMs > described ? [{ file, size, modified: now.mtimeMs }] : [])),
  };
}
