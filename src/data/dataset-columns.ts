import path from "node:path";
import { descriptionOf, type Experiment, filesOf } from "../experiment/schema.js";
import { loadDescription } from "./description/load-description.js";
import { roleColumns } from "./load-described.js";

/** Slot of the template → column, as an experiment says it or its data set's description. @param folder what the experiment's paths are relative to. */
export async function datasetColumns(dataset: Experiment["dataset"], folder: string): Promise<Readonly<Record<string, string>>> {
  const described = descriptionOf(dataset);
  if (!described) return filesOf(dataset)?.columns ?? {};
  const { description } = await loadDescription(path.resolve(folder, described.description));
  return { ...roleColumns(description), ...described.columns };
}
