import { PromptTuningError } from "../common/errors.js";
import type { FloatTensor } from "./safetensors.js";

export interface SoftPrompt {
  /** [virtualTokens, width], row-major. */
  readonly prompt: Float32Array;
  readonly virtualTokens: number;
  readonly width: number;
}

/** Checks that a tensor can be a soft prompt. @throws PromptTuningError kind "model". */
export function asSoftPrompt(tensor: FloatTensor, name: string): SoftPrompt {
  const refuse = (reason: string): never => {
    throw new PromptTuningError("model", `"${name}" does not hold a usable soft prompt.`, { reason, advice: "Give a file with one array of virtual tokens × embedding width.", file: name });
  };
  const { shape, values } = tensor;
  if (shape.length !== 2 || values.length === 0) refuse(`Its array has the shape [${shape.slice(0, 8).join(", ")}]; two dimensions, none of them 0, are needed.`);
  if (!values.every(Number.isFinite)) refuse("It holds values that are not finite numbers.");
  return { prompt: values, virtualTokens: shape[0], width: shape[1] };
}

/** @throws PromptTuningError kind "model" where a prompt was trained for a backbone of another width. */
export function checkWidth(prompt: SoftPrompt, backbone: { readonly name: string; readonly hiddenSize: number }): void {
  if (prompt.width === backbone.hiddenSize) return;
  throw new PromptTuningError("model", `The soft prompt does not fit ${backbone.name}.`, {
    reason: `Its vectors have ${prompt.width} numbers, the backbone's embeddings ${backbone.hiddenSize}.`,
    advice: "Use it with the backbone it was trained on.",
  });
}
