import { PromptTuningError } from "../../common/errors.js";
import type { GraphNode } from "../graph/graph.js";
import { operatorKey } from "./rule.js";
import { printable } from "../onnx/printable.js";

/** Operators of static quantisation, which computes with integers throughout. */
const onIntegers = /^QLinear|^QGemm|^QAttention|Integer$/;

/** What of the same repository can be used where an operator cannot. */
export function variantAdvice({ operator }: Pick<GraphNode, "operator">): string {
  const variants = onIntegers.test(operator)
    ? "Use a variant of the model whose activations are floats (model.onnx, model_fp16.onnx, model_q4.onnx)"
    : "Use the variant with plain operators (model.onnx, decoder_model.onnx)";
  return `${variants}, export the model with torch.onnx without fusion, or add a rule under src/engine/autodiff/rules.`;
}

/** A node as a person finds it: its operator, its name, and its layer where the name tells it. */
export function place(node: GraphNode): string {
  const layer = /(?:^|[/._])(?:layers?|h|blocks?)[./_](\d{1,4})(?=[/._]|$)/.exec(node.name)?.[1];
  return `the node "${printable(node.name)}"${layer === undefined ? "" : ` of layer ${layer}`} (${printable(operatorKey(node))})`;
}

/** The error for a node whose operator has a rule, but not for what this node does. */
export function refuseGradient(node: GraphNode, reason: string, advice = variantAdvice(node)): PromptTuningError {
  const where = place(node);
  return new PromptTuningError("operator", `${where[0].toUpperCase()}${where.slice(1)} cannot be differentiated.`, { reason, advice });
}
