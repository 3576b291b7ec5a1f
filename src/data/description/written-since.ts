import { stat } from "node:fs/promises";
import { datasetParts } from "./dataset-parts.js";
import type { LoadedDescription } from "./load-description.js";

export interface WrittenFile {
  readonly path: string;
  readonly size: number;
  readonly modified: number;
}

/** Files of a data set that were written after its description: only their content tells whether they have changed. Folders are left out. */
export async function writtenSince(dataset: LoadedDescription): Promise<WrittenFile[]> {
  const described = (await stat(dataset.file)).mtimeMs;
  const found = await Promise.all(datasetParts(dataset).map(async ({ path }) => ({ path, facts: await stat(path).catch(() => undefined) })));
  return found.flatMap(({ path, facts }) => (facts?.isFile() && facts.mtimeMs > described ? [{ path, size: facts.size, modified: facts.mtimeMs }] : []));
}
