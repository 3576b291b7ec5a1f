import { PromptTuningError } from "../common/errors.js";
import type { Example } from "../data/example.js";
import { predict } from "../tasks/evaluate.js";
import type { Prediction } from "../tasks/prediction.js";
import { datasetNeeds } from "./load-data.js";
import { openPrompt, type OpenPromptOptions, promptTask } from "./open-prompt.js";

/** The slots of a prompt's template, and those of them that rows need not fill. */
export function textSlots(reference: string, options: OpenPromptOptions): { readonly slots: readonly string[]; readonly optional: readonly string[] } {
  const { slots, optional = [] } = datasetNeeds(promptTask(reference, options));
  return { slots, optional };
}

/**
 * Answers for rows (slot → text) with a learned prompt, in the order of the rows.
 * @throws PromptTuningError kind "data" where a row leaves a slot empty.
 */
export async function predictRows(reference: string, rows: readonly Readonly<Record<string, string>>[], options: OpenPromptOptions): Promise<readonly Prediction[]> {
  const { slots, optional } = textSlots(reference, options);
  const examples = rows.map((row, index): Example => {
    const missing = slots.find((slot) => !optional.includes(slot) && !Object.hasOwn(row, slot));
    if (missing !== undefined) {
      throw new PromptTuningError("data", `Row ${index + 1} has no "${missing}".`, {
        reason: `The template needs ${slots.map((slot) => `{${slot}}`).join(", ")}.`,
        advice: "Give every row as a JSON object with these keys.",
      });
    }
    return { index, fields: Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(optional.map((slot) => [slot, ""])), row) };
  });
  const prompt = await openPrompt(reference, options);
  try {
    return await predict(prompt.task, prompt.program, prompt.values, examples, { batchSize: 16, signal: options.signal });
  } finally {
    await prompt.dispose();
  }
}
