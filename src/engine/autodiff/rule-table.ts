import type { GradientRule } from "./rule.js";
import * as arithmetic from "./rules/arithmetic.js";
import * as elementwise from "./rules/elementwise.js";
import * as matrix from "./rules/matrix-product.js";
import * as normalization from "./rules/normalization.js";
import * as reduction from "./rules/reduction.js";
import { rotaryEmbedding } from "./rules/rotary.js";
import * as shape from "./rules/shape.js";
import { logSoftmax, softmax } from "./rules/softmax.js";

/** One rule an operator: what the backward pass can go through. */
export const gradientRules: ReadonlyMap<string, GradientRule> = new Map<string, GradientRule>([
  ["Add", arithmetic.add],
  ["Sum", arithmetic.add],
  ["Sub", arithmetic.sub],
  ["Mul", arithmetic.mul],
  ["Div", arithmetic.div],
  ["Neg", arithmetic.neg],
  ["Identity", elementwise.identity],
  ["Exp", elementwise.exp],
  ["Log", elementwise.log],
  ["Sqrt", elementwise.sqrt],
  ["Reciprocal", elementwise.reciprocal],
  ["Sigmoid", elementwise.sigmoid],
  ["Tanh", elementwise.tanh],
  ["com.microsoft:QuickGelu", elementwise.quickGelu],
  ["MatMul", matrix.matMul],
  ["Gemm", matrix.gemm],
  ["com.microsoft:FusedMatMul", matrix.fusedMatMul],
  ["Softmax", softmax],
  ["LogSoftmax", logSoftmax],
  ["Reshape", shape.rearrange],
  ["Squeeze", shape.rearrange],
  ["Unsqueeze", shape.rearrange],
  ["Flatten", shape.rearrange],
  ["Transpose", shape.transpose],
  ["Concat", shape.concat],
  ["Split", shape.split],
  ["Expand", shape.expand],
  ["Where", shape.where],
  ["Gather", shape.gather],
  ["GatherElements", shape.gatherElements],
  ["ReduceSum", reduction.reduceSum],
  ["ReduceMean", reduction.reduceMean],
  ["SimplifiedLayerNormalization", normalization.simplifiedLayerNormalization],
  ["LayerNormalization", normalization.layerNormalization],
  ["com.microsoft:RotaryEmbedding", rotaryEmbedding],
]);

export function supportedOperators(): string[] {
  return [...gradientRules.keys()].sort();
}
