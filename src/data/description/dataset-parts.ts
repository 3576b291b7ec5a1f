import { existsSync } from "node:fs";
import path from "node:path";
import { cacheFolder } from "../../backbone/sources/cache-folder.js";
import type { FetchOptions } from "../../backbone/sources/source.js";
import { type SplitName, splitNames } from "../dataset.js";
import { openRows, type RowFile } from "../rows/open-rows.js";
import type { ReadOptions, RowBatch } from "../rows/row-batch.js";
import { hubDatasetFolder, sampleFile, sampleReading } from "../sources/kept-files.js";
import type { LoadedDescription } from "./load-description.js";
import type { DatasetDescription } from "./schema.js";

/** A file of a data set. */
export interface DatasetPart extends RowFile {
  /** As the description names it. */
  readonly name: string;
  /** Absent where the rule under splits divides the rows. */
  readonly split?: SplitName;
  /** Bytes, SHA-256 and rows as they are described; 0 and "" for a sample. */
  readonly size: number;
  readonly sha256: string;
  readonly rows: number;
}

type Dataset = Pick<LoadedDescription, "description" | "folder">;

export interface PartOptions {
  /** The cache folder; the user's when absent. */
  readonly cache?: string;
  readonly signal?: AbortSignal;
  /** How far the files of the hub are fetched. */
  readonly onFetch?: FetchOptions["onProgress"];
}

/**
 * The files of a data set, with the split each holds: "train" where neither the file nor a rule says another. Those of the
 * hub and of samples lie in the cache folder, once `readyParts` has brought them there.
 */
export function datasetParts({ description, folder }: Dataset, cache: string = cacheFolder()): DatasetPart[] {
  const { source } = description;
  if (source.type === "sample") {
    return splitNames.map((split) => ({ name: `${source.sample} ${split}`, path: sampleFile(cache, source.sample, split), reading: sampleReading, split, size: 0, sha256: "", rows: description.counts.find((each) => each.split === split)?.rows ?? 0 }));
  }
  const place = (file: string): string => (source.type === "files" ? path.resolve(folder, file) : path.join(hubDatasetFolder(cache, source.repo), source.revision, ...file.split("/")));
  return source.files.map(({ path: file, split, reading, size, sha256, rows }) => ({ name: file, path: place(file), reading, ...splitOf(split, description), size, sha256, rows }));
}

/** The same, with every file of the hub or of a sample on this disk. @throws PromptTuningError. */
export async function readyParts(dataset: Dataset, { cache = cacheFolder(), signal, onFetch }: PartOptions = {}): Promise<DatasetPart[]> {
  const { source } = dataset.description;
  const parts = datasetParts(dataset, cache);
  // Loaded where they are needed: most data sets are files.
  if (source.type === "hub") await (await import("../sources/hub-dataset.js")).fetchHubDataset(source, { cache, signal, onProgress: onFetch });
  else if (source.type === "sample" && parts.some((part) => !existsSync(part.path))) await (await import("../sources/sample-dataset.js")).fetchSample(source.sample, cache);
  return parts;
}

function splitOf(split: SplitName | undefined, { splits }: DatasetDescription): { split?: SplitName } {
  if (split !== undefined) return { split };
  return splits === undefined ? { split: "train" } : {};
}

export interface PartBatch extends RowBatch {
  readonly part: DatasetPart;
}

/** The rows of all files of a data set, one file after the other. @throws PromptTuningError data, stopped; those of fetching. */
export async function* openDatasetRows(dataset: Dataset, options: Pick<ReadOptions, "signal" | "progress"> & PartOptions = {}): AsyncGenerator<PartBatch> {
  const parts = await readyParts(dataset, options);
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const part of parts) {
    const progress = options.progress && ((done: number, of: number) => options.progress!(before + (of === 0 ? 0 : (done / of) * part.size), total));
    for await (const batch of openRows(part, { signal: options.signal, progress })) yield { ...batch, part };
    before += part.size;
  }
}
