import { float, int, text } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";
import type { EncoderDecoderConfiguration } from "./configuration.js";

/** x / √(mean x² + ε) ⊙ weight, of rows [rows, hiddenSize]. */
export function normalize(builder: GraphBuilder, { normEpsilon, hiddenSize }: EncoderDecoderConfiguration, rows: Dimension, hidden: string, weight: string): string {
  return builder.add("SimplifiedLayerNormalization", [hidden, weight], { attributes: { axis: int(-1), epsilon: float(normEpsilon) }, shape: [rows, hiddenSize] });
}

/** down(activation(gate x) ⊙ up x), or down(activation(up x)). x and the result: [rows, hiddenSize]. */
export function feedForward(builder: GraphBuilder, { feedForwardSize, hiddenSize, gatedFeedForward, activation }: EncoderDecoderConfiguration, rows: Dimension, normalized: string, prefix: string): string {
  const shape = [rows, feedForwardSize];
  const wide = (name: string): string => builder.add("MatMul", [normalized, `${prefix}${name}`], { shape });
  const activate = (input: string): string =>
    activation === "relu" ? builder.add("Relu", [input], { shape }) : builder.add("Gelu", [input], { attributes: { approximate: text("tanh") }, shape });
  const inner = gatedFeedForward ? builder.add("Mul", [activate(wide("gate")), wide("up")], { shape }) : activate(wide("up"));
  return builder.add("MatMul", [inner, `${prefix}down`], { shape: [rows, hiddenSize] });
}
