import { int } from "../../graph/attribute.js";
import { elementTypes } from "../../graph/tensor-type.js";
import type { GradientRule, RuleContext } from "../rule.js";
import { refuseGradient } from "../refuse.js";
import { spread } from "./reduction.js";

export const where: GradientRule = (node, [g], context) => {
  const [condition, a, b] = node.inputs;
  const { builder } = context;
  const zero = builder.scalar(0);
  return [
    undefined,
    context.wants(1) ? context.unbroadcast(builder.add("Where", [condition, g!, zero]), a) : undefined,
    context.wants(2) ? context.unbroadcast(builder.add("Where", [condition, zero, g!]), b) : undefined,
  ];
};

/** 1 where an operand is the chosen one, else 0. */
function chosen(context: RuleContext, operand: string, result: string): string {
  const { builder } = context;
  return builder.add("Cast", [builder.add("Equal", [operand, result])], { attributes: { to: int(elementTypes.float32) } });
}

/** Min and Max of several tensors: the gradient goes to the chosen one, in equal shares where several are (as PyTorch). */
export const extremum: GradientRule = (node, [g], context) => {
  const { builder } = context;
  if (node.inputs.length === 1) return [g];
  const marks = node.inputs.map((input) => chosen(context, input, node.outputs[0]));
  const share = builder.add("Div", [g!, builder.add("Sum", marks)]);
  return node.inputs.map((input, i) => (context.wants(i) ? context.unbroadcast(builder.add("Mul", [share, marks[i]]), input) : undefined));
};

/** ReduceMax and ReduceMin: the same along axes. */
export const reduceExtremum: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const mark = chosen(context, node.inputs[0], spread(node, node.outputs[0], context));
  const axes = node.inputs.slice(1);
  const count = builder.add("ReduceSum", [mark, ...reductionAxes(node, context, axes)], {
    attributes: { keepdims: node.attributes.keepdims ?? int(1), noop_with_empty_axes: node.attributes.noop_with_empty_axes ?? int(0) },
  });
  return [builder.add("Mul", [spread(node, builder.add("Div", [g!, count]), context), mark])];
};

function reductionAxes(node: Parameters<GradientRule>[0], { builder }: RuleContext, inputs: readonly string[]): string[] {
  const attribute = node.attributes.axes;
  return attribute?.kind === "ints" ? [builder.integers(attribute.value)] : [...inputs];
}

/** The gradient passes where the value was inside the bounds, which are constants. */
export const clip: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const [x, low, high] = node.inputs;
  if (context.wants(1) || context.wants(2)) throw refuseGradient(node, "Its bounds depend on the soft prompt.");
  const attribute = (name: string): string | undefined => {
    const value = node.attributes[name];
    return value?.kind === "float" ? builder.scalar(value.value) : undefined;
  };
  const bounds: string[] = [];
  const lower = low || attribute("min");
  const upper = high || attribute("max");
  if (lower) bounds.push(builder.add("GreaterOrEqual", [x, lower]));
  if (upper) bounds.push(builder.add("LessOrEqual", [x, upper]));
  return [bounds.reduce((gradient, inside) => builder.add("Where", [inside, gradient, builder.scalar(0)]), g!)];
};

/** Keeps the same triangle of the gradient. */
export const trilu: GradientRule = (node, [g], { builder }) => [
  builder.add("Trilu", [g!, ...node.inputs.slice(1)], { attributes: node.attributes }),
];
