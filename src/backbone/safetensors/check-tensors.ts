import { PromptTuningError } from "../../common/errors.js";
import type { WeightOrigin } from "../families/weight-origin.js";
import { quoted } from "../quoted.js";
import { checkReadable, type WeightsFolder } from "./weights-folder.js";

export interface CheckTensorsOptions {
  /** The family's name, for the message. */
  readonly family: string;
  readonly modelFile: string;
  /** Whether a tensor that nobody asked for changes nothing: a copy, or what is computed and not learned. */
  readonly mayStayUnread: (tensor: string) => boolean;
}

/**
 * Every weight must be there in its shape and type, and nothing else.
 * @throws PromptTuningError kind "model" that names the tensor.
 */
export function checkTensors(origins: ReadonlyMap<string, WeightOrigin>, { tensors }: WeightsFolder, { family, modelFile, mayStayUnread }: CheckTensorsOptions): void {
  const refuse = (reason: string): PromptTuningError =>
    new PromptTuningError("model", `The weights of ${modelFile} do not fit its config.json.`, { reason, advice: "Fetch or save the model again, or use another one.", file: modelFile });
  const used = new Set<string>();
  for (const { tensor: name, shape } of origins.values()) {
    const tensor = tensors.get(name);
    if (!tensor) throw refuse(`The tensor ${name} is missing.`);
    if (tensor.shape.length !== shape.length || tensor.shape.some((length, index) => length !== shape[index])) {
      throw refuse(`The tensor ${name} has the shape [${tensor.shape.join(", ")}] instead of [${shape.join(", ")}].`);
    }
    checkReadable(name, tensor);
    used.add(name);
  }
  // A bias or an extra norm changes what the model computes: it may not be passed over.
  const extra = [...tensors.keys()].find((name) => !used.has(name) && !mayStayUnread(name));
  if (extra !== undefined) throw refuse(`The tensor ${quoted(extra)} does not belong to a plain ${family} model.`);
}
