import { floatAttribute, stringAttribute } from "../../graph/attribute.js";
import type { GraphBuilder } from "../../graph/builder.js";
import type { GradientRule, RuleContext } from "../rule.js";

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

/** y = ln(1 + eˣ): g·σ(x). */
export const softplus: GradientRule = (node, [g], { builder }) => [builder.add("Mul", [g!, builder.add("Sigmoid", [node.inputs[0]])])];

/** y = x where x > 0, else α(eˣ − 1): g, else g·(y + α) (Clevert et al. 2016, section 3). */
export const elu: GradientRule = (node, [g], { builder }) => {
  const below = builder.add("Add", [node.outputs[0], builder.scalar(floatAttribute(node.attributes, "alpha", 1))]);
  return [builder.add("Where", [builder.add("Greater", [node.inputs[0], builder.scalar(0)]), g!, builder.add("Mul", [g!, below])])];
};

/** y = x·t, t = tanh(ln(1 + eˣ)): g·(t + x·(1 − t²)·σ(x)) (Misra 2020, equation 2). */
export const mish: GradientRule = (node, [g], { builder }) => {
  const [x] = node.inputs;
  const t = builder.add("Tanh", [builder.add("Softplus", [x])]);
  const bend = builder.add("Mul", [builder.add("Sub", [builder.scalar(1), builder.add("Mul", [t, t])]), builder.add("Sigmoid", [x])]);
  return [builder.add("Mul", [g!, builder.add("Add", [t, builder.add("Mul", [x, bend])])])];
};

/** y = x·h, h = clip(x/6 + ½, 0, 1): g·(h + x/6 where 0 < h < 1) (Howard et al. 2019, section 5.2). */
export const hardSwish: GradientRule = (node, [g], { builder }) => {
  const [x] = node.inputs;
  const sixth = builder.add("Mul", [x, builder.scalar(1 / 6)]);
  const gate = builder.add("Clip", [builder.add("Add", [sixth, builder.scalar(0.5)]), builder.scalar(0), builder.scalar(1)]);
  const isInside = builder.add("And", [builder.add("Greater", [gate, builder.scalar(0)]), builder.add("Less", [gate, builder.scalar(1)])]);
  const slope = builder.add("Add", [gate, builder.add("Where", [isInside, sixth, builder.scalar(0)])]);
  return [builder.add("Mul", [g!, slope])];
};

/** y = x·σ(αx), s = σ(αx): g·(s + α·y·(1 − s)). With α = 1 this is SiLU (Elfwing et al. 2018, equation 2). */
function gatedBySigmoid(standard: number): GradientRule {
  return (node, [g], { builder }) => {
    const alpha = floatAttribute(node.attributes, "alpha", standard);
    const [x] = node.inputs;
    const [y] = node.outputs;
    const s = builder.add("Sigmoid", [alpha === 1 ? x : builder.add("Mul", [x, builder.scalar(alpha)])]);
    const rest = builder.add("Sub", [y, builder.add("Mul", [y, s])]);
    const slope = builder.add("Add", [s, alpha === 1 ? rest : builder.add("Mul", [rest, builder.scalar(alpha)])]);
    return [builder.add("Mul", [g!, slope])];
  };
}
export const quickGelu = gatedBySigmoid(1.702);
export const swish = gatedBySigmoid(1);

/** d/du of u·Φ(u) is Φ(u) + u·φ(u), with the normal distribution Φ and its density φ (Hendrycks & Gimpel 2016). */
function exactSlope(builder: GraphBuilder, u: string): string {
  const error = builder.add("Erf", [builder.add("Mul", [u, builder.scalar(Math.SQRT1_2)])]);
  const distribution = builder.add("Mul", [builder.add("Add", [error, builder.scalar(1)]), builder.scalar(0.5)]);
  const squared = builder.add("Mul", [builder.add("Mul", [u, u]), builder.scalar(-0.5)]);
  const density = builder.add("Mul", [builder.add("Exp", [squared]), builder.scalar(1 / Math.sqrt(2 * Math.PI))]);
  return builder.add("Add", [distribution, builder.add("Mul", [u, density])]);
}

/** d/du of ½u(1 + t), t = tanh(c(u + 0.044715u³)), c = √(2/π): ½(1 + t) + ½u(1 − t²)·c(1 + 3·0.044715u²). */
function tanhSlope(builder: GraphBuilder, u: string): string {
  const c = Math.sqrt(2 / Math.PI);
  const square = builder.add("Mul", [u, u]);
  const inner = builder.add("Mul", [u, builder.add("Add", [builder.add("Mul", [square, builder.scalar(c * 0.044715)]), builder.scalar(c)])]);
  const t = builder.add("Tanh", [inner]);
  const half = builder.add("Mul", [builder.add("Add", [t, builder.scalar(1)]), builder.scalar(0.5)]);
  const bend = builder.add("Sub", [builder.scalar(1), builder.add("Mul", [t, t])]);
  const rise = builder.add("Add", [builder.add("Mul", [square, builder.scalar(1.5 * c * 0.044715)]), builder.scalar(0.5 * c)]);
  return builder.add("Add", [half, builder.add("Mul", [builder.add("Mul", [u, bend]), rise])]);
}

export const gelu: GradientRule = (node, [g], { builder }) => {
  const approximate = stringAttribute(node.attributes, "approximate", "none") === "tanh";
  return [builder.add("Mul", [g!, (approximate ? tanhSlope : exactSlope)(builder, node.inputs[0])])];
};

/** An activation of the sum of the input and an optional bias. */
function afterBias(slope: (builder: GraphBuilder, u: string) => string): GradientRule {
  return (node, [g], context: RuleContext) => {
    const [x, bias] = node.inputs;
    const { builder } = context;
    const incoming = builder.add("Mul", [g!, slope(builder, bias ? builder.add("Add", [x, bias]) : x)]);
    return [
      context.wants(0) ? context.unbroadcast(incoming, x) : undefined,
      bias && context.wants(1) ? context.unbroadcast(incoming, bias) : undefined,
    ];
  };
}
export const biasGelu = afterBias(exactSlope);
export const fastGelu = afterBias(tanhSlope);
