import path from "node:path";
import { type Experiment, descriptionOf, filesOf } from "../experiment/schema.js";
import { loadDescription } from "./description/load-description.js";

/** Whether an experiment's data set has rows that are kept for its end. @param folder what the experiment's paths are relative to. */
export async function hasTestSplit(dataset: Experiment["dataset"], folder: string): Promise<boolean> {
  const described = descriptionOf(dataset);
  if (!described) return filesOf(dataset)?.test !== undefined || filesOf(dataset) === undefined;
  const loaded = await loadDescription(path.resolve(folder, described.description)).catch(() => undefined);
  return loaded?.description.source.type === "sample" || loaded?.description.counts.some(({ split, rows }) => split === "test" && rows > 0) === true;
}
