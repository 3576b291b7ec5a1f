import type { Inspection } from "../inspection/inspection-schema.js";
import { evaluate } from "../tasks/evaluate.js";
import { inspectPrompt } from "./inspection.js";
import { loadExperimentData } from "./load-data.js";
import { openPrompt, type OpenPromptOptions } from "./open-prompt.js";
import { PromptTuningError } from "../common/errors.js";

export interface InspectRunOptions extends OpenPromptOptions {
  /** Neighbours listed for each virtual token and measure (10). */
  readonly k?: number;
  /** Also measures what is left when every vector is replaced by its nearest token; takes two evaluations. */
  readonly faithfulness?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Looks into a learned prompt. @throws PromptTuningError. */
export async function inspectRun(reference: string, options: InspectRunOptions): Promise<Inspection & { readonly label: string }> {
  const prompt = await openPrompt(reference, options);
  const { run, task, program, values, backbone, label } = prompt;
  try {
    if (!options.faithfulness) return { label, ...(await inspectPrompt({ backbone }, values, { k: options.k, signal: options.signal })) };
    if (!run) throw new PromptTuningError("usage", "The faithfulness figure needs the run's own data.", { advice: "Give the run instead of its adapter." });
    const { splits } = await loadExperimentData(run.experiment, run.folder.path, options);
    const examples = splits.test ?? splits.validation;
    const measure = async (current: typeof values): Promise<Awaited<ReturnType<typeof evaluate>>["measures"]> =>
      (await evaluate(task, program, current, examples, { batchSize: run.experiment.evaluation.batchSize, signal: options.signal, onProgress: options.onProgress })).measures;
    const learned = await measure(values);
    return { label, ...(await inspectPrompt({ backbone }, values, { k: options.k, signal: options.signal, faithfulness: { evaluate: measure, learned } })) };
  } finally {
    await prompt.dispose();
  }
}
