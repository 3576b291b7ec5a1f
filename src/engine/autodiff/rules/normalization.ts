import { floatAttribute, int, intAttribute, ints } from "../../graph/attribute.js";
import type { GraphNode } from "../../graph/graph.js";
import { refuseGradient } from "../refuse.js";
import type { GradientRule, RuleContext } from "../rule.js";

/** Mean over the last axis, which stays as 1. */
function mean({ builder, graph }: RuleContext, tensor: string): string {
  if ((graph.opsets.get("") ?? 0) < 18) return builder.add("ReduceMean", [tensor], { attributes: { axes: ints([-1]), keepdims: int(1) } });
  return builder.add("ReduceMean", [tensor, builder.integers([-1])], { attributes: { keepdims: int(1) } });
}

function requireLastAxis(node: GraphNode, context: RuleContext, standard: number): void {
  const axis = intAttribute(node.attributes, "axis", standard);
  const rank = context.typeOf(node.inputs[0])?.shape?.length;
  // Without a known rank the weight tells: one with a single axis normalises a single axis.
  const weightRank = context.typeOf(node.inputs[1])?.shape?.length;
  if (axis !== -1 && (rank === undefined ? weightRank !== 1 : axis !== rank - 1)) {
    throw refuseGradient(node, `It normalises from axis ${axis} on; only the last axis is supported.`);
  }
}

function refuseStatistics(node: GraphNode, gradients: readonly (string | undefined)[], indices: readonly number[]): void {
  if (indices.some((index) => gradients[index] !== undefined)) throw refuseGradient(node, "The loss depends on the statistics that it gives out.");
}

interface Normalized {
  /** Of x before the weight. */
  readonly x: string;
  readonly inverse: string;
}

/**
 * Root-mean-square normalisation over the last axis (Zhang & Sennrich 2019, equation 4): y = x·r·w with
 * r = 1/√(mean(x²) + ε). With u = g⊙w: dx = r·u − x·r³·mean(u⊙x).
 */
function backThroughRootMeanSquare(context: RuleContext, g: string, { x, inverse }: Normalized, weight: string): string {
  const { builder } = context;
  const weighted = builder.add("Mul", [g, weight]);
  const dot = mean(context, builder.add("Mul", [weighted, x]));
  const cubed = builder.add("Mul", [builder.add("Mul", [inverse, inverse]), inverse]);
  return builder.add("Sub", [builder.add("Mul", [weighted, inverse]), builder.add("Mul", [x, builder.add("Mul", [dot, cubed])])]);
}

function inverseRoot(context: RuleContext, squares: string, epsilon: number): string {
  const { builder } = context;
  const root = builder.add("Sqrt", [builder.add("Add", [mean(context, squares), builder.scalar(epsilon)])]);
  return builder.add("Reciprocal", [root]);
}

/** Gives an output of the forward node a name when it has none, so that the node computes it too. */
function askForOutput(node: GraphNode, index: number, context: RuleContext, like: string, lastIsOne: boolean): string {
  while (node.outputs.length <= index) node.outputs.push("");
  if (!node.outputs[index]) {
    node.outputs[index] = `${node.outputs[0]}.output${index}`;
    const shape = context.typeOf(like)?.shape;
    context.graph.types.set(node.outputs[index], { elementType: "float32", shape: shape && (lastIsOne ? [...shape.slice(0, -1), 1] : shape) });
  }
  return node.outputs[index];
}

/** onnxruntime's own operator: it gives r as its second output. */
export const simplifiedLayerNormalization: GradientRule = (node, gradients, context) => {
  requireLastAxis(node, context, -1);
  refuseStatistics(node, gradients, [1]);
  const [x, weight] = node.inputs;
  return rootMeanSquareGradients(context, gradients[0]!, { x, inverse: askForOutput(node, 1, context, x, true) }, weight);
};

/** ONNX's operator since opset 23, without that output. */
export const rmsNormalization: GradientRule = (node, [g], context) => {
  requireLastAxis(node, context, -1);
  const [x, weight] = node.inputs;
  const squares = context.builder.add("Mul", [x, x]);
  return rootMeanSquareGradients(context, g!, { x, inverse: inverseRoot(context, squares, floatAttribute(node.attributes, "epsilon", 1e-5)) }, weight);
};

function rootMeanSquareGradients(context: RuleContext, g: string, normalized: Normalized, weight: string): (string | undefined)[] {
  const { builder } = context;
  const byWeight = (): string => builder.add("Mul", [g, builder.add("Mul", [normalized.x, normalized.inverse])]);
  return [
    context.wants(0) ? backThroughRootMeanSquare(context, g, normalized, weight) : undefined,
    context.wants(1) ? context.unbroadcast(byWeight(), weight) : undefined,
  ];
}

interface Centred {
  /** x̂ = (x − mean)·r */
  readonly normalized: string;
  readonly inverse: string;
}

function centre(context: RuleContext, x: string, epsilon: number): Centred {
  const { builder } = context;
  const centred = builder.add("Sub", [x, mean(context, x)]);
  const inverse = inverseRoot(context, builder.add("Mul", [centred, centred]), epsilon);
  return { normalized: builder.add("Mul", [centred, inverse]), inverse };
}

/**
 * Layer normalisation over the last axis (Ba et al. 2016). With r the inverse standard deviation, x̂ = (x − mean)·r
 * and u = g⊙w: dx = r·(u − mean(u) − x̂·mean(u⊙x̂)).
 */
function backThroughCentring(context: RuleContext, g: string, { normalized, inverse }: Centred, weight: string): string {
  const { builder } = context;
  const weighted = builder.add("Mul", [g, weight]);
  const along = builder.add("Mul", [normalized, mean(context, builder.add("Mul", [weighted, normalized]))]);
  const inner = builder.add("Sub", [builder.add("Sub", [weighted, mean(context, weighted)]), along]);
  return builder.add("Mul", [inner, inverse]);
}

export const layerNormalization: GradientRule = (node, gradients, context) => {
  requireLastAxis(node, context, -1);
  refuseStatistics(node, gradients, [1, 2]);
  const g = gradients[0]!;
  const [x, weight, bias] = node.inputs;
  const centred = centre(context, x, floatAttribute(node.attributes, "epsilon", 1e-5));
  return [
    context.wants(0) ? backThroughCentring(context, g, centred, weight) : undefined,
    context.wants(1) ? context.unbroadcast(context.builder.add("Mul", [g, centred.normalized]), weight) : undefined,
    bias && context.wants(2) ? context.unbroadcast(g, bias) : undefined,
  ];
};

/**
 * onnxruntime's sum and normalisation in one: s = input + skip (+ bias), y = norm(s), and s itself as the fourth
 * output, whose own gradient is added to that through the normalisation.
 */
function afterSkip(hasShift: boolean): GradientRule {
  return (node, gradients, context) => {
    const { builder } = context;
    const [input, skip, weight] = node.inputs;
    const shift = hasShift ? node.inputs[3] : undefined;
    const biasIndex = hasShift ? 4 : 3;
    const bias = node.inputs[biasIndex];
    refuseStatistics(node, gradients, [1, 2]);
    const sum = askForOutput(node, 3, context, input, false);
    const epsilon = floatAttribute(node.attributes, "epsilon", 1e-5);
    const [g, , , direct] = gradients;
    const result: (string | undefined)[] = node.inputs.map(() => undefined);
    const parts = direct ? [direct] : [];
    if (g && hasShift) {
      const centred = centre(context, sum, epsilon);
      parts.push(backThroughCentring(context, g, centred, weight));
      if (context.wants(2)) result[2] = context.unbroadcast(builder.add("Mul", [g, centred.normalized]), weight);
      if (shift && context.wants(3)) result[3] = context.unbroadcast(g, shift);
    } else if (g) {
      const normalized = { x: sum, inverse: inverseRoot(context, builder.add("Mul", [sum, sum]), epsilon) };
      const [towardsSum, towardsWeight] = [
        backThroughRootMeanSquare(context, g, normalized, weight),
        context.wants(2) ? context.unbroadcast(builder.add("Mul", [g, builder.add("Mul", [sum, normalized.inverse])]), weight) : undefined,
      ];
      parts.push(towardsSum);
      result[2] = towardsWeight;
    }
    const total = parts.length === 1 ? parts[0] : builder.add("Add", parts);
    result[0] = context.wants(0) ? total : undefined;
    result[1] = context.wants(1) ? context.unbroadcast(total, skip) : undefined;
    if (bias && context.wants(biasIndex)) result[biasIndex] = context.unbroadcast(total, bias);
    return result;
  };
}
export const skipLayerNormalization = afterSkip(true);
export const skipSimplifiedLayerNormalization = afterSkip(false);
