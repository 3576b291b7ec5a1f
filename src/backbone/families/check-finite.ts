import { PromptTuningError } from "../../common/errors.js";
import { quoted } from "../quoted.js";

/**
 * @param firstIndex index of the first value in the tensor, for the message.
 * @throws PromptTuningError kind "model": a value is infinite or none.
 */
export function checkFinite(values: Float32Array, tensor: string, firstIndex = 0): void {
  // A sum is finite only if every term is, barring overflow: the search below decides.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  if (Number.isFinite(sum)) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new PromptTuningError("model", `The tensor ${quoted(tensor)} holds ${values[at]} at index ${firstIndex + at}.`, {
    reason: "A model whose weights are not all finite numbers computes nothing but NaN.",
    advice: "The file is damaged: download it again, or use another file of this model.",
  });
}
