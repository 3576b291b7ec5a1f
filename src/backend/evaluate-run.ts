import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { datasetColumns } from "../data/dataset-columns.js";
import type { Dataset } from "../data/dataset.js";
import type { Example } from "../data/example.js";
import { toExamples } from "../data/examples.js";
import { readTable } from "../data/read-table.js";
import { evaluate } from "../tasks/evaluate.js";
import type { Evaluation } from "../tasks/prediction.js";
import type { EvaluationMeasures } from "../runs/events.js";
import { measureBaselines } from "./baselines.js";
import { datasetNeeds, loadExperimentData } from "./load-data.js";
import { openPrompt, type OpenPrompt, type OpenPromptOptions } from "./open-prompt.js";

export interface EvaluateOptions extends OpenPromptOptions {
  /** A split of the run's own data; "test" where it has one, else "validation". */
  readonly split?: "validation" | "test";
  /** Other rows: a data file, its columns named as the template's slots (or as the run's experiment maps them). */
  readonly file?: string;
  readonly batchSize?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface RunEvaluation {
  /** Name of the split, or the file. */
  readonly split: string;
  readonly evaluation: Evaluation;
  /** The experiment's baselines on the same rows; empty for an adapter. */
  readonly baselines: Readonly<Record<string, EvaluationMeasures>>;
}

/** Measures a learned prompt on rows it was not trained on. @throws PromptTuningError. */
export async function evaluateRun(reference: string, options: EvaluateOptions): Promise<RunEvaluation> {
  const prompt = await openPrompt(reference, options);
  try {
    const { split, examples, dataset } = await rowsFor(prompt, options);
    const { task, program, values, backbone, run } = prompt;
    task.check(examples, split);
    const { signal, onProgress } = options;
    const batchSize = options.batchSize ?? run?.experiment.evaluation.batchSize ?? 16;
    const evaluation = await evaluate(task, program, values, examples, { batchSize, signal, onProgress });
    const baselines = run && dataset ? await measureBaselines({ experiment: run.experiment, task, program, backbone, dataset }, values, examples, options) : {};
    return { split, evaluation, baselines };
  } finally {
    await prompt.dispose();
  }
}

/** The rows, and the run's own data where the prompt has any. */
interface Rows {
  readonly split: string;
  readonly examples: readonly Example[];
  readonly dataset?: Dataset;
}

async function rowsFor(prompt: OpenPrompt, options: EvaluateOptions): Promise<Rows> {
  const { run, taskSettings } = prompt;
  const needs = datasetNeeds(taskSettings);
  if (options.file !== undefined) {
    const own = run ? await datasetColumns(run.experiment.dataset, run.folder.path) : {};
    const columns = Object.fromEntries([...needs.slots, needs.answer].map((slot) => [slot, own[slot] ?? slot]));
    const table = await readTable(path.resolve(options.file));
    return { split: options.file, dataset: run && (await loadExperimentData(run.experiment, run.folder.path, options)), examples: toExamples(table, columns, needs, (text) => options.emit?.({ type: "message", level: "info", code: "rows", text })) };
  }
  if (!run) {
    throw new PromptTuningError("usage", "An adapter has no data of its own to be measured on.", { advice: "Name a data file with --file, or give a run." });
  }
  const dataset = await loadExperimentData(run.experiment, run.folder.path, options);
  const { splits } = dataset;
  const split = options.split ?? (splits.test ? "test" : "validation");
  const examples = splits[split];
  if (!examples) throw new PromptTuningError("data", `The run's data has no ${split} split.`, { advice: "Use --split validation, or name a data file with --file." });
  return { split, examples, dataset };
}
