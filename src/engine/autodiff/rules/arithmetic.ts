import type { GradientRule } from "../rule.js";

export const add: GradientRule = (node, [g], context) =>
  node.inputs.map((input, i) => (context.wants(i) ? context.unbroadcast(g!, input) : undefined));

export const sub: GradientRule = (node, [g], context) => {
  const [a, b] = node.inputs;
  return [
    context.wants(0) ? context.unbroadcast(g!, a) : undefined,
    context.wants(1) ? context.unbroadcast(context.builder.add("Neg", [g!]), b) : undefined,
  ];
};

export const mul: GradientRule = (node, [g], context) => {
  const [a, b] = node.inputs;
  return [
    context.wants(0) ? context.unbroadcast(context.builder.add("Mul", [g!, b]), a) : undefined,
    context.wants(1) ? context.unbroadcast(context.builder.add("Mul", [g!, a]), b) : undefined,
  ];
};

/** y = a / b: da = g / b, db = −g·y / b. */
export const div: GradientRule = (node, [g], context) => {
  const [a, b] = node.inputs;
  const { builder } = context;
  const quotient = builder.add("Div", [g!, b]);
  return [
    context.wants(0) ? context.unbroadcast(quotient, a) : undefined,
    context.wants(1) ? context.unbroadcast(builder.add("Neg", [builder.add("Mul", [quotient, node.outputs[0]])]), b) : undefined,
  ];
};

export const neg: GradientRule = (_node, [g], context) => [context.builder.add("Neg", [g!])];
