import { PromptTuningError } from "../../common/errors.js";
import { printable } from "../onnx/printable.js";

/**
 * Runs work on a graph that came from a file. The rules of this engine take a node's inputs and attributes to be as
 * ONNX defines them; a file in which they are not is refused with what was met.
 */
export function guardModel<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof PromptTuningError) throw cause;
    throw new PromptTuningError("model", "The graph of the ONNX model is malformed.", {
      reason: `Reading it failed: ${printable(cause instanceof Error ? cause.message : String(cause))}.`,
      advice: "Export or download the model again.",
      file,
      cause,
    });
  }
}
