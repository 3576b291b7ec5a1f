import { floatAttribute, int } from "../../graph/attribute.js";
import { elementTypes } from "../../graph/tensor-type.js";
import { refuseGradient } from "../refuse.js";
import type { GradientRule, RuleContext } from "../rule.js";

export const identity: GradientRule = (_node, [g]) => [g];

/** Passes its input on in a frozen model. */
export const dropout: GradientRule = (node, [g], context) => {
  const training = node.inputs[2];
  const constant = training && context.graph.constant(training);
  if (training && (!constant || !(constant.data instanceof Uint8Array) || constant.data[0] !== 0)) {
    throw refuseGradient(node, "It drops values at random, as in training.", "Export the model in evaluation mode (model.eval()).");
  }
  return [g];
};

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

export const sin: GradientRule = (node, [g], { builder }) => [builder.add("Mul", [g!, builder.add("Cos", [node.inputs[0]])])];

export const cos: GradientRule = (node, [g], { builder }) => [
  builder.add("Neg", [builder.add("Mul", [g!, builder.add("Sin", [node.inputs[0]])])]),
];

/** y = |x|: g·sign x; 0 at 0, as PyTorch. */
export const abs: GradientRule = (node, [g], { builder }) => [builder.add("Mul", [g!, builder.add("Sign", [node.inputs[0]])])];

/** y = erf x: g·2/√π·exp(−x²). */
export const erf: GradientRule = (node, [g], { builder }) => {
  const [x] = node.inputs;
  const bell = builder.add("Exp", [builder.add("Neg", [builder.add("Mul", [x, x])])]);
  return [builder.add("Mul", [g!, builder.add("Mul", [bell, builder.scalar(2 / Math.sqrt(Math.PI))])])];
};

/**
 * y = x^p: dx = g·p·x^(p−1), dp = g·y·ln x (0 where x is not above 0). The square and other constant powers avoid
 * what they do not need.
 */
export const pow: GradientRule = (node, [g], context) => {
  const { builder, graph } = context;
  const [x, p] = node.inputs;
  const power = graph.constantNumber(p);
  const result: (string | undefined)[] = [undefined, undefined];
  if (context.wants(0)) {
    const slope =
      power === undefined
        ? builder.add("Mul", [asFloat(context, p), builder.add("Pow", [x, builder.add("Sub", [asFloat(context, p), builder.scalar(1)])])])
        : builder.add("Mul", [power === 2 ? x : builder.add("Pow", [x, builder.scalar(power - 1)]), builder.scalar(power)]);
    result[0] = context.unbroadcast(builder.add("Mul", [g!, slope]), x);
  }
  if (context.wants(1)) {
    const positive = builder.add("Greater", [x, builder.scalar(0)]);
    const logarithm = builder.add("Log", [builder.add("Where", [positive, x, builder.scalar(1)])]);
    result[1] = context.unbroadcast(builder.add("Mul", [builder.add("Mul", [g!, node.outputs[0]]), logarithm]), p);
  }
  return result;
};

function asFloat({ builder, typeOf }: RuleContext, tensor: string): string {
  return typeOf(tensor)?.elementType === "float32" ? tensor : builder.add("Cast", [tensor], { attributes: { to: int(elementTypes.float32) } });
}

/** A cast between floating types is an identity but for rounding; the gradient is cast back. */
export const cast: GradientRule = (node, [g], context) => {
  const from = context.typeOf(node.inputs[0])?.elementType;
  const to = context.typeOf(node.outputs[0])?.elementType;
  if (from !== undefined && from === to) return [g];
  if (from === undefined) return [context.builder.add("CastLike", [g!, node.inputs[0]])];
  return [context.builder.add("Cast", [g!], { attributes: { to: int(elementTypes[from]) } })];
};

/** y = max(αx, x). */
export const leakyRelu: GradientRule = (node, [g], { builder }) => {
  const small = builder.add("Mul", [g!, builder.scalar(floatAttribute(node.attributes, "alpha", 0.01))]);
  return [builder.add("Where", [builder.add("Greater", [node.inputs[0], builder.scalar(0)]), g!, small])];
};

/** y = max(x, 0); 0 at 0, as PyTorch. */
export const relu: GradientRule = (node, [g], { builder }) => [
  builder.add("Where", [builder.add("Greater", [node.outputs[0], builder.scalar(0)]), g!, builder.scalar(0)]),
];
