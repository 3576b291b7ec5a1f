import { int, intAttribute } from "../../graph/attribute.js";
import type { GraphNode } from "../../graph/graph.js";
import { sameDimension } from "../../graph/tensor-type.js";
import { type GradientRule, operatorKey, type RuleContext } from "../rule.js";

/** y = softmax(x): y⊙(g − Σ y⊙g) along the axis. */
export const softmax: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const [y] = node.outputs;
  const total = totalInAttention(node, context) ?? sumAlong(context, builder.add("Mul", [g!, y]), intAttribute(node.attributes, "axis", -1));
  return [builder.add("Mul", [y, builder.add("Sub", [g!, total])])];
};

/**
 * Σ y⊙g of a softmax that only mixes values, o = y·v: then g = do·vᵀ, and the sum is Σ do⊙o, over the width of a head
 * instead of over all keys (Dao et al. 2022, FlashAttention, appendix B.2, equation 4). Undefined for any other softmax.
 */
function totalInAttention(node: GraphNode, context: RuleContext): string | undefined {
  const { builder, readerOf, typeOf } = context;
  const [y] = node.outputs;
  const axis = intAttribute(node.attributes, "axis", -1);
  const reader = readerOf(y);
  const shape = typeOf(y)?.shape;
  if (reader === undefined || shape === undefined || (axis !== -1 && axis + 1 !== shape.length)) return undefined;
  const { operator, domain, inputs: [weights, values], outputs: [mixed] } = reader.node;
  if (operatorKey({ operator, domain }) !== "MatMul" || weights !== y || values === y) return undefined;
  // A row of weights makes one row: with values in more batches than weights it would make several.
  const made = typeOf(mixed)?.shape;
  const sameRows = made?.length === shape.length && shape.slice(0, -1).every((size, i) => sameDimension(size, made[i]));
  return sameRows ? sumAlong(context, builder.add("Mul", [reader.gradient, mixed]), -1) : undefined;
}

function sumAlong({ builder }: RuleContext, tensor: string, axis: number): string {
  return builder.add("ReduceSum", [tensor, builder.integers([axis])], { attributes: { keepdims: int(1) } });
}

/** y = log softmax(x): g − softmax(x)·Σ g along the axis. */
export const logSoftmax: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const total = sumAlong(context, g!, intAttribute(node.attributes, "axis", -1));
  return [builder.add("Sub", [g!, builder.add("Mul", [builder.add("Exp", [node.outputs[0]]), total])])];
};
