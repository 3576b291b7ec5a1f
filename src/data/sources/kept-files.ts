import path from "node:path";
import type { SplitName } from "../dataset.js";
import type { Reading } from "../reading/reading.js";
import { preparationVersion } from "../samples/preparation-version.js";

/** Where a data set's files of the hub are kept in the cache folder. */
export function hubDatasetFolder(cache: string, repo: string): string {
  return path.join(cache, "datasets", "hub", repo.replaceAll("/", "--"));
}

/** The file of a sample's split in the cache folder, made by `fetchSample`. */
export function sampleFile(cache: string, sample: string, split: SplitName): string {
  return path.join(cache, "datasets", "samples", `${sample}-${preparationVersion}`, `${split}.jsonl`);
}

/** How the rows of a sample are kept. */
export const sampleReading: Reading = { format: "jsonl", encoding: "utf-8", layout: "rows" };
