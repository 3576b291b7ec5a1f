import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { type DatasetFiles, type Experiment, filesOf, sampleOf } from "../experiment/schema.js";
import { contentHash, splitNames, type Dataset, type DatasetNeeds, type DatasetNotice, type SplitName } from "./dataset.js";
import type { Example } from "./example.js";
import { toExamples } from "./examples.js";
import { holdOut } from "./hold-out.js";
import { labelsOf } from "./labels.js";
import { limitExamples } from "./limit.js";
import { overlapNotices } from "./overlaps.js";
import { readTable } from "./read-table.js";
import { loadSample, type SampleOptions } from "./samples/samples.js";

/**
 * Loads what an experiment's `dataset` setting names: files (relative to `baseFolder`) or a sample.
 * Without a validation file a part of train is kept aside by hash; `limit` draws from every split with the seed.
 * @throws PromptTuningError data: a file, a row, a column or a label is wrong. experiment: no such sample.
 */
export async function loadDataset(
  setting: Experiment["dataset"],
  needs: DatasetNeeds,
  seed: number,
  baseFolder: string,
  options: SampleOptions = {},
): Promise<Dataset> {
  const named = sampleOf(setting);
  if (named) {
    const sample = await loadSample(named.sample, needs, options);
    return finish(sample.name, limitSplits(sample.splits, named.limit, seed), needs, [...sample.notices]);
  }
  return loadFiles(filesOf(setting)!, needs, seed, baseFolder);
}

async function loadFiles(setting: DatasetFiles, needs: DatasetNeeds, seed: number, baseFolder: string): Promise<Dataset> {
  const notices: DatasetNotice[] = [];
  const read = async (split: SplitName): Promise<readonly Example[] | undefined> => {
    const name = setting[split];
    if (name === undefined) return undefined;
    const table = await readTable(path.resolve(baseFolder, name));
    notices.push(...table.notices.map((text) => ({ code: "reading", text })));
    return toExamples(table, setting.columns, needs, (text) => notices.push({ code: "rows", text }));
  };
  let train = (await read("train")) ?? [];
  let validation = await read("validation");
  const test = await read("test");
  if (!validation) {
    const { kept, aside } = holdOut(train);
    if (aside.length === 0 || kept.length === 0) {
      throw new PromptTuningError("data", `${setting.train} has too few different rows to keep some aside for validation.`, {
        file: setting.train,
        reason: `It has ${train.length} row${train.length === 1 ? "" : "s"}.`,
        advice: "Add rows, or name a file under dataset.validation.",
      });
    }
    notices.push({ code: "validation", text: `No validation file is named: ${aside.length} of the ${train.length} rows of train are kept aside for it, by the hash of their text.` });
    train = kept;
    validation = aside;
  }
  const splits = limitSplits({ train, validation, ...(test ? { test } : {}) }, setting.limit, seed);
  return finish(path.basename(setting.train, path.extname(setting.train)), splits, needs, notices);
}

function limitSplits({ train, validation, test }: Dataset["splits"], limit: DatasetFiles["limit"] = {}, seed: number): Dataset["splits"] {
  return {
    train: limitExamples(train, limit.train, seed, "train"),
    validation: limitExamples(validation, limit.validation, seed, "validation"),
    ...(test ? { test: limitExamples(test, limit.test, seed, "test") } : {}),
  };
}

function finish(name: string, splits: Dataset["splits"], needs: DatasetNeeds, notices: DatasetNotice[]): Dataset {
  const { labels, notices: aboutLabels } = labelsOf(splits, needs);
  for (const split of splitNames) {
    const empty = (splits[split] ?? []).filter((example) => Object.values(example.fields).every((text) => text.trim() === "")).length;
    if (empty > 0) notices.push({ code: "empty-text", text: `${empty} row${empty === 1 ? "" : "s"} of ${split} ${empty === 1 ? "has" : "have"} no text.` });
  }
  return { name, splits, labels, hash: contentHash(splits), notices: [...notices, ...aboutLabels, ...overlapNotices(splits)] };
}
