import { appendDequantised, blockWeightOf } from "../../quantised/block-weight.js";
import { appendLinearDequantised, linearWeightOf } from "../../quantised/linear-weight.js";
import { int } from "../../graph/attribute.js";
import { refuseGradient } from "../refuse.js";
import { contrib, type GradientRule } from "../rule.js";

/** Y = X·Wᵀ with W [N, K] quantised in blocks: dX = g·W, with the dequantised weight. */
export const matMulNBits: GradientRule = (node, [g], { builder, wants }) => [
  wants(0) ? builder.add("MatMul", [g!, appendDequantised(builder, blockWeightOf(node))]) : undefined,
];

/**
 * Y = round(X)·W with W [K, N] of integers: dX = g·Wᵀ, with the dequantised weight. The gradient passes the rounding
 * of X as if it were not there (straight-through estimator: Bengio et al. 2013, section 3).
 */
export const dynamicQuantizeMatMul: GradientRule = (node, [g], { builder, wants, unbroadcast }) => {
  const bias = node.inputs[4];
  return [
    wants(0) ? builder.add("FusedMatMul", [g!, appendLinearDequantised(builder, linearWeightOf(node))], { domain: contrib, attributes: { transB: int(1) } }) : undefined,
    undefined,
    undefined,
    undefined,
    bias && wants(4) ? unbroadcast(g!, bias) : undefined,
  ];
};

/** A quantised tensor stands for floats: its gradient is the one by these, which rounding hands on unchanged. */
export const roundStraightThrough: GradientRule = (_node, [g]) => [g];

/** The same for an operator that chooses its scale: nothing may compute with that scale but the way back to floats. */
export const roundDynamically: GradientRule = (node, [g, byScale], context) => {
  if (byScale !== undefined) throw refuseGradient(node, "What it rounds goes into a computation with integers that is not recognised.", "Use the unquantised variant of the model (model.onnx, model_fp16.onnx) or the one of 4 bits (model_q4.onnx).");
  return roundStraightThrough(node, [g], context);
};
