import type { TensorValues } from "../../engine/program.js";
import { measureFaithfulness } from "../../inspection/faithfulness.js";
import type { Inspection } from "../../inspection/inspection-schema.js";
import { evaluate } from "../../tasks/evaluate.js";
import type { InspectionTarget, InspectorOptions } from "./options.js";
import { withTask } from "./with-task.js";

/** Measures the prompt on its held-out rows as it was learned, and with every vector replaced by its nearest token. @throws PromptTuningError. */
export async function promptFaithfulness(target: InspectionTarget, options: InspectorOptions & { readonly onProgress?: (done: number, total: number) => void }): Promise<NonNullable<Inspection["faithfulness"]>> {
  return withTask(target, options, async ({ experiment, backbone, program, task, values, examples }) => {
    const { signal } = options;
    const measure = async (current: TensorValues, before: number) =>
      (await evaluate(task, program, current, examples, { batchSize: experiment.evaluation.batchSize, signal, onProgress: (done, total) => options.onProgress?.(before * total + done, 2 * total) })).measures;
    return measureFaithfulness(values.prompt, backbone, await measure(values, 0), (prompt) => measure({ ...values, prompt }, 1), { signal });
  });
}
