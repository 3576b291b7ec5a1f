import type { Backbone } from "../../backbone/backbone.js";
import { PromptTuningError } from "../../common/errors.js";
import type { Dataset } from "../../data/dataset.js";
import type { Example } from "../../data/example.js";
import type { Program, TensorValues } from "../../engine/program.js";
import type { Experiment } from "../../experiment/schema.js";
import { createTask } from "../../tasks/create-task.js";
import { taskContext } from "../../tasks/task-context.js";
import type { Task } from "../../tasks/task.js";
import { findPrompt } from "../find-prompt.js";
import { loadExperimentData } from "../load-data.js";
import { type InspectionTarget, type InspectorOptions, withBackbone } from "./options.js";

/** A learned prompt with the rows it can be measured on. */
export interface PromptAtWork {
  readonly experiment: Experiment;
  readonly backbone: Backbone;
  readonly program: Program;
  readonly task: Task;
  readonly values: TensorValues;
  readonly split: "validation" | "test";
  readonly examples: readonly Example[];
  readonly dataset: Dataset;
}

/**
 * Opens a run's task on its held-out rows (test, else validation) for as long as `work` takes.
 * @throws PromptTuningError kind "usage" for a prompt without data of its own.
 */
export async function withTask<Result>(target: InspectionTarget, options: InspectorOptions, work: (prompt: PromptAtWork) => Promise<Result>): Promise<Result> {
  return withBackbone(target, options, async (inspected, backbone) => {
    const found = inspected.run && findPrompt(inspected.path, options);
    if (!found?.run)
      throw new PromptTuningError("usage", "This prompt has no data of its own to be measured on.", { reason: "It was imported, or made elsewhere.", advice: "Look into the run it came from." });
    const { experiment, folder } = found.run;
    const dataset = await loadExperimentData(experiment, folder.path, options);
    const split = dataset.splits.test ? "test" : "validation";
    const examples = dataset.splits[split] ?? [];
    const task = createTask(found.taskSettings, taskContext(backbone, found.labels.length > 0 ? found.labels : dataset.labels));
    task.check(examples, split);
    const program = await backbone.createProgram({ virtualTokens: task.virtualTokens, head: task.head, threads: experiment.training.threads });
    try {
      const { values } = found.read(program, backbone);
      return await work({ experiment, backbone, program, task, values, split, examples, dataset });
    } finally {
      await program.dispose();
    }
  });
}
