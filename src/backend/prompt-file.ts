import { checkOrigin } from "../adapter/prompt-origin.js";
import { readSoftPrompt } from "../adapter/read-prompt.js";
import type { PromptRows } from "../training/initialization/context.js";

/**
 * A soft prompt to start from, out of any file that holds one.
 * @throws PromptTuningError kind "model", also where it was trained on another kind or family of models, or "storage".
 */
export async function readPromptFile(file: string, backbone: Parameters<typeof checkOrigin>[1]): Promise<PromptRows> {
  const { prompt, virtualTokens, width, adapter } = readSoftPrompt(file);
  // Other weights of the family are welcome here: the training goes on from what was learned on them.
  if (adapter) checkOrigin(adapter, backbone);
  return { rows: virtualTokens, width, values: prompt };
}
