import { readSoftPrompt } from "../adapter/read-prompt.js";
import type { PromptRows } from "../training/initialization/context.js";

/** A soft prompt to start from, out of any file that holds one. @throws PromptTuningError kind "model" or "storage". */
export async function readPromptFile(file: string): Promise<PromptRows> {
  const { prompt, virtualTokens, width } = readSoftPrompt(file);
  return { rows: virtualTokens, width, values: prompt };
}
