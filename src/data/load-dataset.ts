import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { type DatasetFiles, descriptionOf, type Experiment, filesOf, sampleOf } from "../experiment/schema.js";
import { contentHash, splitNames, type Dataset, type DatasetNeeds, type DatasetNotice } from "./dataset.js";
import { loadDescription } from "./description/load-description.js";
import { holdOut } from "./hold-out.js";
import { labelsOf } from "./labels.js";
import { limitExamples } from "./limit.js";
import { loadDescribed } from "./load-described.js";
import { type LoadedFiles, loadFiles } from "./load-files.js";
import { overlapNotices } from "./overlaps.js";
import { loadSample, type SampleOptions } from "./samples/samples.js";

/**
 * Loads what an experiment's `dataset` setting names: files (relative to `baseFolder`), the description of a data set, or a
 * sample. Without rows for validation a part of train is kept aside by hash; `limit` draws from every split with the seed.
 * @throws PromptTuningError data: a file, a row, a column or a label is wrong. experiment: no such sample.
 */
export async function loadDataset(setting: Experiment["dataset"], needs: DatasetNeeds, seed: number, baseFolder: string, options: SampleOptions = {}): Promise<Dataset> {
  const described = descriptionOf(setting);
  if (described) {
    const dataset = await loadDescription(path.resolve(baseFolder, described.description));
    const { name, source } = dataset.description;
    if (source.type === "sample") return loadSampleSplits(source.sample, described.limit, needs, seed, options);
    return complete(name, described.description, await loadDescribed(dataset, described.columns, needs, { cache: options.cache }), described.limit, needs, seed);
  }
  const named = sampleOf(setting);
  if (named) return loadSampleSplits(named.sample, named.limit, needs, seed, options);
  const files = filesOf(setting)!;
  const paths = splitNames.flatMap((split) => (files[split] === undefined ? [] : [{ splitOf: () => split, path: path.resolve(baseFolder, files[split]) }]));
  return complete(path.basename(files.train, path.extname(files.train)), files.train, await loadFiles(paths, files.columns, needs), files.limit, needs, seed);
}

type Limit = DatasetFiles["limit"];

async function loadSampleSplits(name: string, limit: Limit, needs: DatasetNeeds, seed: number, options: SampleOptions): Promise<Dataset> {
  const sample = await loadSample(name, needs, options);
  return finish(sample.name, limitSplits(sample.splits, limit, seed), needs, [...sample.notices]);
}

/** @param file what the experiment names, for messages. */
function complete(name: string, file: string, loaded: LoadedFiles, limit: Limit, needs: DatasetNeeds, seed: number): Dataset {
  const notices = [...loaded.notices];
  let { train = [], validation } = loaded.splits;
  const { test } = loaded.splits;
  if (!validation) {
    const { kept, aside } = holdOut(train);
    if (aside.length === 0 || kept.length === 0) {
      throw new PromptTuningError("data", `${file} has too few different rows to keep some aside for validation.`, {
        file,
        reason: `It has ${train.length} row${train.length === 1 ? "" : "s"}.`,
        advice: "Add rows, or name a file under dataset.validation.",
      });
    }
    notices.push({ code: "validation", text: `No validation file is named: ${aside.length} of the ${train.length} rows of train are kept aside for it, by the hash of their text.` });
    train = kept;
    validation = aside;
  }
  return finish(name, limitSplits({ train, validation, ...(test ? { test } : {}) }, limit, seed), needs, notices);
}

function limitSplits({ train, validation, test }: Dataset["splits"], limit: Limit = {}, seed: number): Dataset["splits"] {
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
