import type { Dataset, DatasetNeeds } from "../data/dataset.js";
import { loadDataset } from "../data/load-dataset.js";
import type { Experiment } from "../experiment/schema.js";
import { templateColumns } from "../tasks/template.js";
import { readTemplate } from "../tasks/create-task.js";
import { optionalSlots, taskFacts } from "../tasks/task-facts.js";
import type { BackendOptions } from "./options.js";

/** What an experiment's task needs of its data. */
export function datasetNeeds(task: Experiment["task"]): DatasetNeeds {
  const slots = templateColumns(readTemplate(task));
  const needs = { slots, optional: slots.filter((slot) => optionalSlots.includes(slot)), answer: taskFacts[task.type].answer };
  return task.type === "classification" ? { ...needs, labels: task.verbalizer && Object.keys(task.verbalizer) } : needs;
}

/** @param baseFolder what the data's paths are relative to. */
export async function loadExperimentData(experiment: Experiment, baseFolder: string, options: BackendOptions): Promise<Dataset> {
  options.emit?.({ type: "phase", phase: "data" });
  return loadDataset(experiment.dataset, datasetNeeds(experiment.task), experiment.training.seed, baseFolder, {
    cache: options.cache,
    onProgress: (done, total) => options.emit?.({ type: "phase", phase: "data", done, total }),
  });
}
