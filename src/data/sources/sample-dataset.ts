import { mkdir } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { PromptTuningError } from "../../common/errors.js";
import { splitNames, type SplitName } from "../dataset.js";
import type { Described, DescribeOptions } from "../description/describe-files.js";
import { describeFiles } from "../description/describe-files.js";
import type { Reading } from "../reading/reading.js";
import { preparedSpamAssassin } from "../samples/prepared-copy.js";
import { sampleFacts } from "../samples/sample-facts.js";
import { preparationVersion } from "../samples/spam-assassin.js";

/** How the rows of a sample are kept. */
export const sampleReading: Reading = { format: "jsonl", encoding: "utf-8", layout: "rows" };

/** The file of a sample's split, made by `fetchSample`. */
export function sampleFile(cache: string, sample: string, split: SplitName): string {
  return path.join(cache, "datasets", "samples", `${sample}-${preparationVersion}`, `${split}.jsonl`);
}

/** Writes the rows of a sample into the cache folder, where other data sets' readers find them. @throws PromptTuningError. */
export async function fetchSample(sample: string, cache: string): Promise<void> {
  if (!sampleFacts.some(({ name }) => name === sample)) throw new PromptTuningError("data", `There is no sample named "${sample}".`, { reason: `Samples: ${sampleFacts.map(({ name }) => name).join(", ")}.` });
  const { splits } = await preparedSpamAssassin(cache);
  for (const split of splitNames) {
    const file = sampleFile(cache, sample, split);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, splits[split].map(({ id, label, text }) => `${JSON.stringify({ id, label, text })}\n`).join(""));
  }
}

/** Describes a sample that comes with the program. @throws PromptTuningError. */
export async function describeSampleDataset(sample: string, options: Omit<DescribeOptions, "folder">): Promise<Described> {
  await fetchSample(sample, options.cache);
  const files = splitNames.map((split) => ({ split, path: sampleFile(options.cache, sample, split) }));
  const { description, notices } = await describeFiles(files, { ...options, folder: options.cache });
  return { notices, description: { ...description, source: { type: "sample", sample } } };
}
