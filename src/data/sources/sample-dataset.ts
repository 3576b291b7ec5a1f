import { mkdir } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { PromptTuningError } from "../../common/errors.js";
import { splitNames } from "../dataset.js";
import { type Described, describeFiles, type DescribeOptions } from "../description/describe-files.js";
import { preparedSpamAssassin } from "../samples/prepared-copy.js";
import { sampleFacts } from "../samples/sample-facts.js";
import { sampleFile } from "./kept-files.js";

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
