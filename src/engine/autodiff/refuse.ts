import { PromptTuningError } from "../../common/errors.js";
import type { GraphNode } from "../graph/graph.js";
import { operatorKey } from "./rule.js";
import { printable } from "../onnx/printable.js";

/** The error for a node whose operator has a rule, but not for what this node does. */
export function refuseGradient(node: GraphNode, reason: string, advice = "Export the model with plain operators (torch.onnx, without fusion), or use another variant of it."): PromptTuningError {
  return new PromptTuningError("operator", `The node "${printable(node.name)}" (${printable(operatorKey(node))}) cannot be differentiated.`, { reason, advice });
}
