import { PromptTuningError } from "../../common/errors.js";
import type { InitializationContext } from "./context.js";

/** A prompt from a file, of exactly the size of this one. [P, d]. Throws (model) for another size or numbers that are not finite. */
export async function filePrompt({ virtualTokens, embeddings, readFile }: InitializationContext, path: string): Promise<Float32Array> {
  const { rows, width, values } = await readFile(path);
  if (rows !== virtualTokens || width !== embeddings.width || values.length !== rows * width)
    throw new PromptTuningError("model", `The prompt in ${path} does not fit this experiment.`, {
      file: path,
      reason: `It has ${rows} virtual tokens of width ${width}; the template and the backbone need ${virtualTokens} of width ${embeddings.width}.`,
      advice: rows !== virtualTokens ? `Let the template hold ${rows} virtual tokens.` : "Use a prompt that was trained on this backbone.",
    });
  if (!values.every(Number.isFinite))
    throw new PromptTuningError("model", `The prompt in ${path} holds numbers that are not finite.`, { file: path, advice: "Export it again, or use another checkpoint." });
  return values.slice();
}
