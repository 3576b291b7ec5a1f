import { createHash } from "node:crypto";
import { fileBytes } from "../rows/file-bytes.js";
import { openRows } from "../rows/open-rows.js";
import { rowFileSize } from "../rows/row-file-size.js";
import type { ReadOptions } from "../rows/row-batch.js";
import { type DatasetPart, datasetParts } from "./dataset-parts.js";
import type { LoadedDescription } from "./load-description.js";

export interface SourceChange {
  readonly file: string;
  readonly kind: "missing" | "changed";
  /** What happened and what to do, for a person. */
  readonly text: string;
}

/** Which files are no longer those that were added, as far as their sizes tell: at once, whatever their size. */
export async function changesBySize(dataset: LoadedDescription): Promise<SourceChange[]> {
  const found = await Promise.all(ownFiles(dataset).map(changeBySize));
  return found.filter((change) => change !== undefined);
}

/** Which files are no longer those that were added: by size first, then by their SHA-256. @throws PromptTuningError stopped. */
export async function sourceChanges(dataset: LoadedDescription, options: Pick<ReadOptions, "signal" | "progress"> = {}): Promise<SourceChange[]> {
  const changes: SourceChange[] = [];
  for (const part of ownFiles(dataset)) {
    const change = (await changeBySize(part)) ?? ((await sourceHash(part, options)) === part.sha256 ? undefined : changed(part));
    if (change) changes.push(change);
  }
  return changes;
}

/** What a commit of the hub or a sample holds is fixed, and checked when it is fetched. */
function ownFiles(dataset: LoadedDescription): DatasetPart[] {
  return dataset.description.source.type === "files" ? datasetParts(dataset) : [];
}

async function changeBySize(part: DatasetPart): Promise<SourceChange | undefined> {
  const size = await rowFileSize(part.path).catch(() => undefined);
  if (size === undefined) return { file: part.path, kind: "missing", text: `${part.name} is no longer there. Put it back, or add the data set again from where it is now.` };
  return size === part.size ? undefined : changed(part);
}

function changed({ path, name }: DatasetPart): SourceChange {
  return { file: path, kind: "changed", text: `${name} has changed since it was added: results are not those of before. Add the data set again to use it as it is now, or put the file back.` };
}

/** SHA-256 of a file's bytes; of a folder of texts: over its files' names and bytes, in order. */
export async function sourceHash(part: Pick<DatasetPart, "path" | "reading">, options: Pick<ReadOptions, "signal" | "progress"> = {}): Promise<string> {
  const hash = createHash("sha256");
  const onBytes = (bytes: Uint8Array): void => void hash.update(bytes);
  const bytes = part.reading.format === "texts" ? openRows(part, { ...options, onBytes }) : fileBytes(part.path, 0, { ...options, onBytes });
  for await (const _ of bytes);
  return hash.digest("hex");
}
