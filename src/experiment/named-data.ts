import path from "node:path";
import { splitNames, type SplitName } from "../data/dataset.js";
import { descriptionEnding } from "../data/description/ending.js";
import { sampleFacts } from "../data/samples/sample-facts.js";
import { JsonDocument, firstTooDeep } from "./json-document.js";
import { datasetSchema, descriptionOf, filesOf, sampleOf } from "./schema.js";

/** A data set as an experiment file names it. */
export interface NamedData {
  /** Equal for experiments that learn from the same data. */
  readonly key: string;
  /** The training file's name, the description's without its ending, or the sample's. */
  readonly name: string;
  readonly sample?: { readonly title: string; readonly labels: readonly string[] };
  /** Columns that are used: slot → column. */
  readonly columns: Readonly<Record<string, string>>;
  /** Absolute path of the description of the data set, where the experiment names one; it names the files. */
  readonly description?: string;
  /** Absolute paths. */
  readonly files: readonly { readonly split: SplitName; readonly path: string }[];
}

/** The data an experiment's text names, whatever else is wrong with it; undefined where it names none. */
export function namedData(text: string, folder: string): NamedData | undefined {
  if (firstTooDeep(text) >= 0) return undefined;
  const value = new JsonDocument(text).value();
  const dataset = datasetSchema.safeParse(typeof value === "object" && value !== null && "dataset" in value ? value.dataset : undefined).data;
  if (dataset === undefined) return undefined;
  const described = descriptionOf(dataset);
  if (described) {
    const description = path.resolve(folder, described.description);
    return { key: `description ${description}`, name: path.basename(description, descriptionEnding), description, columns: described.columns, files: [] };
  }
  const files = filesOf(dataset);
  if (!files) {
    const name = sampleOf(dataset)!.sample;
    const facts = sampleFacts.find((sample) => sample.name === name);
    return facts && { key: `sample ${name}`, name, sample: facts, columns: {}, files: [] };
  }
  const paths = splitNames.flatMap((split) => (files[split] === undefined ? [] : [{ split, path: path.resolve(folder, files[split]) }]));
  return { key: paths.map((file) => `${file.split} ${file.path}`).join("\0"), name: path.basename(files.train), columns: files.columns, files: paths };
}

/** The data sets of several experiments, each once, with the experiments that learn from it. */
export function groupData<T>(experiments: readonly { readonly experiment: T; readonly data: NamedData | undefined }[]): { readonly data: NamedData; readonly experiments: readonly T[] }[] {
  const groups = new Map<string, { data: NamedData; experiments: T[] }>();
  for (const { experiment, data } of experiments) {
    if (!data) continue;
    const group = groups.get(data.key);
    if (group) group.experiments.push(experiment);
    else groups.set(data.key, { data, experiments: [experiment] });
  }
  return [...groups.values()].sort((a, b) => a.data.name.localeCompare(b.data.name));
}
