import { int, intAttribute } from "../../graph/attribute.js";
import type { GradientRule } from "../rule.js";

/** y = softmax(x): y⊙(g − Σ y⊙g) along the axis. */
export const softmax: GradientRule = (node, [g], { builder }) => {
  const [y] = node.outputs;
  const axis = builder.integers([intAttribute(node.attributes, "axis", -1)]);
  const weighted = builder.add("Mul", [g!, y]);
  const total = builder.add("ReduceSum", [weighted, axis], { attributes: { keepdims: int(1) } });
  return [builder.add("Sub", [weighted, builder.add("Mul", [y, total])])];
};

/** y = log softmax(x): g − softmax(x)·Σ g along the axis. */
export const logSoftmax: GradientRule = (node, [g], { builder }) => {
  const [y] = node.outputs;
  const axis = builder.integers([intAttribute(node.attributes, "axis", -1)]);
  const total = builder.add("ReduceSum", [g!, axis], { attributes: { keepdims: int(1) } });
  return [builder.add("Sub", [g!, builder.add("Mul", [builder.add("Exp", [y]), total])])];
};
