import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { storageError } from "../runs/storage-error.js";
import { configName, promptKey } from "./peft-config.js";
import { exists, mostConfigBytes, readLimited } from "./read-limited.js";
import { readSafetensorsHeader } from "./safetensors-header.js";
import type { SafetensorsHeader } from "./safetensors.js";

/** What a safetensors file is, found out without reading its tensors. */
export type WeightsFile =
  /** A soft prompt, or at least what looks like one. */
  | { readonly kind: "prompt" }
  | OtherWeights
  | { readonly kind: "damaged"; readonly error: PromptTuningError };

/** Weights that are no soft prompt. */
export interface OtherWeights {
  readonly kind: "other";
  /** PEFT's name of its kind ("LORA"), where a configuration lies beside it. */
  readonly peftType: string | null;
  /** The first tensors, in the order of the file; at most `mostListed`. */
  readonly tensors: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[]; readonly bytes: number }[];
  readonly count: number;
  /** Numbers in all tensors. */
  readonly parameters: number;
  /** Bytes of the file. */
  readonly size: number;
}

export const mostListed = 500;
const longestName = 300;

/** Never throws: what is wrong with the file is told as its kind. */
export function lookAtWeights(file: string): WeightsFile {
  try {
    const { header, size } = readSafetensorsHeader(file);
    const config = path.join(path.dirname(file), configName);
    const peftType = exists(config) ? peftTypeOf(readLimited(config, mostConfigBytes).toString("utf8")) : null;
    if (isPrompt(header, peftType)) return { kind: "prompt" };
    const all = [...header.entries].map(([name, { dtype, shape, begin, end }]) => ({ name: name.length > longestName ? `${name.slice(0, longestName)}…` : name, dtype, shape, bytes: end - begin }));
    const parameters = all.reduce((sum, { shape }) => sum + shape.reduce((product, dimension) => product * dimension, 1), 0);
    return { kind: "other", peftType, tensors: all.slice(0, mostListed), count: all.length, parameters, size };
  } catch (error) {
    return { kind: "damaged", error: error instanceof PromptTuningError ? error : storageError("read the file", file, error) };
  }
}

function isPrompt({ entries }: SafetensorsHeader, peftType: string | null): boolean {
  if (peftType !== null) return peftType === "PROMPT_TUNING" || peftType === "P_TUNING";
  const [only] = entries.values();
  return entries.has(promptKey) || (entries.size === 1 && only.shape.length === 2);
}

/** Null where the configuration does not say it; then the tensors decide. */
function peftTypeOf(text: string): string | null {
  try {
    const content: unknown = JSON.parse(text);
    const type = typeof content === "object" && content !== null && "peft_type" in content ? content.peft_type : null;
    return typeof type === "string" ? type.slice(0, 100) : null;
  } catch {
    return null;
  }
}
