import { contrib } from "../autodiff/rule.js";
import { float, int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";
import type { DecoderConfiguration } from "./configuration.js";

/** Root-mean-square normalisation of rows [rows, hiddenSize]. */
export function normalize(builder: GraphBuilder, { normEpsilon, hiddenSize }: DecoderConfiguration, rows: Dimension, hidden: string, weight: string): string {
  return builder.add("SimplifiedLayerNormalization", [hidden, weight], {
    attributes: { axis: int(-1), epsilon: float(normEpsilon) },
    shape: [rows, hiddenSize],
  });
}

/** down(SiLU(gate(x)) ⊙ up(x)) (Shazeer 2020, SwiGLU). x and the result: [rows, hiddenSize]. */
export function feedForward(builder: GraphBuilder, { feedForwardSize, hiddenSize }: DecoderConfiguration, rows: Dimension, normalized: string, layer: number): string {
  const wide = { shape: [rows, feedForwardSize] };
  const gate = builder.add("MatMul", [normalized, `layers.${layer}.gate`], wide);
  const up = builder.add("MatMul", [normalized, `layers.${layer}.up`], wide);
  const activated = builder.add("QuickGelu", [gate], { domain: contrib, attributes: { alpha: float(1) }, ...wide });
  const gated = builder.add("Mul", [activated, up], wide);
  return builder.add("MatMul", [gated, `layers.${layer}.down`], { shape: [rows, hiddenSize] });
}
