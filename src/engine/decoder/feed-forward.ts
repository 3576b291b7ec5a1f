import { contrib } from "../autodiff/rule.js";
import { float, int, text } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";
import type { DecoderConfiguration } from "./configuration.js";
import { isStored, storedProduct } from "./stored-products.js";

/** The model's normalisation of rows [rows, width], width by default d. `weight` names it; a bias is `weight`_bias. */
export function normalize(builder: GraphBuilder, { normEpsilon, hiddenSize, normalization }: DecoderConfiguration, rows: Dimension, hidden: string, weight: string): string {
  const options = { attributes: { axis: int(-1), epsilon: float(normEpsilon) }, shape: [rows, hiddenSize] };
  if (normalization === "layer") return builder.add("LayerNormalization", [hidden, weight, `${weight}_bias`], options);
  return builder.add("SimplifiedLayerNormalization", [hidden, weight], options);
}

/** x·W, and + its bias where the model has one. x: [rows, in]; the result: [rows, width]. */
export function project(builder: GraphBuilder, rows: Dimension, input: string, weight: string, width: number, hasBias: boolean): string {
  const shape = [rows, width];
  const product = isStored(builder, weight) ? storedProduct(builder, input, weight, shape) : builder.add("MatMul", [input, weight], { shape });
  return hasBias ? builder.add("Add", [product, `${weight}_bias`], { shape: [rows, width] }) : product;
}

/** down(activation(gate(x)) ⊙ up(x)) (Shazeer 2020), or down(activation(up(x))). x and the result: [rows, hiddenSize]. */
export function feedForward(builder: GraphBuilder, configuration: DecoderConfiguration, rows: Dimension, normalized: string, layer: number): string {
  const { feedForwardSize, hiddenSize, gatedFeedForward, feedForwardBias } = configuration;
  const wide = (name: string): string => project(builder, rows, normalized, `layers.${layer}.${name}`, feedForwardSize, feedForwardBias);
  const inner = gatedFeedForward
    ? builder.add("Mul", [activate(builder, configuration, rows, wide("gate")), wide("up")], { shape: [rows, feedForwardSize] })
    : activate(builder, configuration, rows, wide("up"));
  return project(builder, rows, inner, `layers.${layer}.down`, hiddenSize, feedForwardBias);
}

function activate(builder: GraphBuilder, { activation, feedForwardSize }: DecoderConfiguration, rows: Dimension, input: string): string {
  const shape = [rows, feedForwardSize];
  if (activation === "gelu") return builder.add("Gelu", [input], { attributes: { approximate: text("tanh") }, shape });
  return builder.add("QuickGelu", [input], { domain: contrib, attributes: { alpha: float(1) }, shape });
}
