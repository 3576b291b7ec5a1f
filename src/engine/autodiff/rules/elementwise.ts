import { floatAttribute } from "../../graph/attribute.js";
import type { GradientRule } from "../rule.js";

export const identity: GradientRule = (_node, [g]) => [g];

export const exp: GradientRule = (node, [g], { builder }) => [builder.add("Mul", [g!, node.outputs[0]])];

export const log: GradientRule = (node, [g], { builder }) => [builder.add("Div", [g!, node.inputs[0]])];

/** y = √x: g / (2y). */
export const sqrt: GradientRule = (node, [g], { builder }) => [
  builder.add("Div", [builder.add("Mul", [g!, builder.scalar(0.5)]), node.outputs[0]]),
];

/** y = 1/x: −g·y². */
export const reciprocal: GradientRule = (node, [g], { builder }) => [
  builder.add("Neg", [builder.add("Mul", [g!, builder.add("Mul", [node.outputs[0], node.outputs[0]])])]),
];

/** y = σ(x): g·y·(1 − y). */
export const sigmoid: GradientRule = (node, [g], { builder }) => {
  const y = node.outputs[0];
  return [builder.add("Mul", [g!, builder.add("Sub", [y, builder.add("Mul", [y, y])])])];
};

/** y = tanh x: g·(1 − y²). */
export const tanh: GradientRule = (node, [g], { builder }) => {
  const y = node.outputs[0];
  return [builder.add("Mul", [g!, builder.add("Sub", [builder.scalar(1), builder.add("Mul", [y, y])])])];
};

/** y = x·σ(αx), s = σ(αx): g·(s + α·y·(1 − s)). With α = 1 this is SiLU (Elfwing et al. 2018, equation 2). */
export const quickGelu: GradientRule = (node, [g], { builder }) => {
  const alpha = floatAttribute(node.attributes, "alpha", 1.702);
  const [x] = node.inputs;
  const [y] = node.outputs;
  const s = builder.add("Sigmoid", [alpha === 1 ? x : builder.add("Mul", [x, builder.scalar(alpha)])]);
  const rest = builder.add("Sub", [y, builder.add("Mul", [y, s])]);
  const slope = builder.add("Add", [s, alpha === 1 ? rest : builder.add("Mul", [rest, builder.scalar(alpha)])]);
  return [builder.add("Mul", [g!, slope])];
};
