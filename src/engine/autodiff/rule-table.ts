import type { GradientRule } from "./rule.js";
import * as activation from "./rules/activation.js";
import * as arithmetic from "./rules/arithmetic.js";
import { einsum } from "./rules/einsum.js";
import * as elementwise from "./rules/elementwise.js";
import * as matrix from "./rules/matrix-product.js";
import * as normalization from "./rules/normalization.js";
import * as quantised from "./rules/quantised-product.js";
import * as reduction from "./rules/reduction.js";
import { rotaryEmbedding, standardRotaryEmbedding } from "./rules/rotary.js";
import * as selection from "./rules/selection.js";
import * as shape from "./rules/shape.js";
import * as slicing from "./rules/slicing.js";
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
  ["Dropout", elementwise.dropout],
  ["Cast", elementwise.cast],
  ["Exp", elementwise.exp],
  ["Log", elementwise.log],
  ["Sqrt", elementwise.sqrt],
  ["Pow", elementwise.pow],
  ["Reciprocal", elementwise.reciprocal],
  ["Sin", elementwise.sin],
  ["Cos", elementwise.cos],
  ["Abs", elementwise.abs],
  ["Erf", elementwise.erf],
  ["Relu", elementwise.relu],
  ["LeakyRelu", elementwise.leakyRelu],
  ["Sigmoid", activation.sigmoid],
  ["Tanh", activation.tanh],
  ["Softplus", activation.softplus],
  ["HardSwish", activation.hardSwish],
  ["Elu", activation.elu],
  ["Mish", activation.mish],
  ["Gelu", activation.gelu],
  ["Swish", activation.swish],
  ["com.microsoft:Gelu", activation.gelu],
  ["com.microsoft:BiasGelu", activation.biasGelu],
  ["com.microsoft:FastGelu", activation.fastGelu],
  ["com.microsoft:QuickGelu", activation.quickGelu],
  ["MatMul", matrix.matMul],
  ["Gemm", matrix.gemm],
  ["com.microsoft:FusedMatMul", matrix.fusedMatMul],
  ["Einsum", einsum],
  ["com.microsoft:MatMulNBits", quantised.matMulNBits],
  ["com.microsoft:DynamicQuantizeMatMul", quantised.dynamicQuantizeMatMul],
  ["QuantizeLinear", quantised.roundStraightThrough],
  ["DynamicQuantizeLinear", quantised.roundDynamically],
  ["DequantizeLinear", quantised.roundStraightThrough],
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
  ["Gather", shape.gather],
  ["Slice", slicing.slice],
  ["Pad", slicing.pad],
  ["Tile", slicing.tile],
  ["CumSum", slicing.cumSum],
  ["GatherElements", slicing.gatherElements],
  ["GatherND", slicing.gatherND],
  ["ScatterElements", slicing.scatterElements],
  ["ScatterND", slicing.scatterND],
  ["Where", selection.where],
  ["Min", selection.extremum],
  ["Max", selection.extremum],
  ["Clip", selection.clip],
  ["Trilu", selection.trilu],
  ["ReduceSum", reduction.reduceSum],
  ["ReduceMean", reduction.reduceMean],
  ["ReduceSumSquare", reduction.reduceSumSquare],
  ["ReduceL2", reduction.reduceL2],
  ["ReduceMax", selection.reduceExtremum],
  ["ReduceMin", selection.reduceExtremum],
  ["LayerNormalization", normalization.layerNormalization],
  ["RMSNormalization", normalization.rmsNormalization],
  ["SimplifiedLayerNormalization", normalization.simplifiedLayerNormalization],
  ["com.microsoft:SkipLayerNormalization", normalization.skipLayerNormalization],
  ["com.microsoft:SkipSimplifiedLayerNormalization", normalization.skipSimplifiedLayerNormalization],
  ["RotaryEmbedding", standardRotaryEmbedding],
  ["com.microsoft:RotaryEmbedding", rotaryEmbedding],
]);

export function supportedOperators(): string[] {
  return [...gradientRules.keys()].sort();
}
