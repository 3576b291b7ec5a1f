import { int, intAttribute } from "../../graph/attribute.js";
import type { GraphNode } from "../../graph/graph.js";
import { axesOf } from "../../graph/shape-inference.js";
import type { GradientRule, RuleContext } from "../rule.js";

/** Restores the reduced axes (as 1) and spreads the gradient over the reduced tensor's shape. */
export function spread(node: GraphNode, g: string, context: RuleContext): string {
  const { builder } = context;
  const data = node.inputs[0];
  const shape = context.typeOf(data)?.shape;
  const axes = axesOf(node, context.graph);
  let incoming = g;
  if (intAttribute(node.attributes, "keepdims", 1) === 0 && axes !== "all") {
    incoming = builder.add("Unsqueeze", [g, axes ? builder.integers(axes) : node.inputs[1]]);
  }
  return builder.add("Expand", [incoming, builder.add("Shape", [data])], { shape });
}

export const reduceSum: GradientRule = (node, [g], context) => [spread(node, g!, context)];

/** y = Σx²: 2x·g. */
export const reduceSumSquare: GradientRule = (node, [g], context) => {
  const { builder } = context;
  return [builder.add("Mul", [spread(node, builder.add("Mul", [g!, builder.scalar(2)]), context), node.inputs[0]])];
};

/** y = √Σx²: g·x/y. */
export const reduceL2: GradientRule = (node, [g], context) => {
  const { builder } = context;
  return [builder.add("Mul", [spread(node, builder.add("Div", [g!, node.outputs[0]]), context), node.inputs[0]])];
};

/** As reduceSum, divided by the number of elements each mean was taken over (input size / output size). */
export const reduceMean: GradientRule = (node, [g], context) => {
  const { builder } = context;
  const size = (tensor: string): string => builder.add("Cast", [builder.add("Size", [tensor])], { attributes: { to: int(1) } });
  const share = builder.add("Div", [size(node.outputs[0]), size(node.inputs[0])]);
  return [spread(node, builder.add("Mul", [g!, share]), context)];
};
