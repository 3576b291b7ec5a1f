import { contrib } from "../autodiff/rule.js";
import { project } from "../decoder/feed-forward.js";
import { rotaryInputs } from "../decoder/rotary-cache.js";
import { float, int, ints, text } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Activation, EncoderConfiguration } from "./configuration.js";

/** The rows of a batch on their way through the layers: `hidden` [rows, d], rows = batch·time, padding included. */
export interface Rows {
  readonly positions: string;
  /** Additive attention masks, by kind of layer: [batch or 1, 1, time or 1, time]. */
  readonly bias: Readonly<Partial<Record<"whole" | "window", string>>>;
  /** Shape tensor [batch, time]. */
  readonly batchAndTime: string;
}

/** One layer: [rows, d] → [rows, d]. */
export function encoderLayer(builder: GraphBuilder, configuration: EncoderConfiguration, rows: Rows, hidden: string, layer: number): string {
  const { norms, firstAttentionNorm } = configuration;
  const norm = (input: string, name: string): string => layerNorm(builder, configuration, input, `layers.${layer}.${name}`);
  const add = (a: string, b: string): string => builder.add("Add", [a, b], { shape: ["rows", configuration.hiddenSize] });
  if (norms === "after") {
    const middle = norm(add(hidden, attend(builder, configuration, rows, hidden, layer)), "attention_norm");
    return norm(add(middle, feedForward(builder, configuration, middle, layer)), "feed_forward_norm");
  }
  const normalized = layer > 0 || firstAttentionNorm ? norm(hidden, "attention_norm") : hidden;
  const middle = add(hidden, attend(builder, configuration, rows, normalized, layer));
  return add(middle, feedForward(builder, configuration, norm(middle, "feed_forward_norm"), layer));
}

/** LayerNorm (Ba et al. 2016) of rows [..., d]. `weight` names it; a bias is `weight`_bias. */
export function layerNorm(builder: GraphBuilder, { normBias, normEpsilon, hiddenSize }: EncoderConfiguration, hidden: string, weight: string): string {
  const inputs = [hidden, weight, ...(normBias ? [`${weight}_bias`] : [])];
  return builder.add("LayerNormalization", inputs, { attributes: { axis: int(-1), epsilon: float(normEpsilon) }, shape: [builder.graph.typeOf(hidden)?.shape?.[0], hiddenSize] });
}

export function activate(builder: GraphBuilder, activation: Activation, input: string): string {
  const shape = builder.graph.typeOf(input)?.shape;
  switch (activation) {
    case "gelu":
      return builder.add("Gelu", [input], { shape });
    case "gelu-tanh":
      return builder.add("Gelu", [input], { attributes: { approximate: text("tanh") }, shape });
    case "relu":
      return builder.add("Relu", [input], { shape });
    case "silu":
      return builder.add("QuickGelu", [input], { domain: contrib, attributes: { alpha: float(1) }, shape });
  }
}

function feedForward(builder: GraphBuilder, { activation, gatedFeedForward, feedForwardBias, feedForwardSize, hiddenSize }: EncoderConfiguration, input: string, layer: number): string {
  const wide = (name: string): string => project(builder, "rows", input, `layers.${layer}.${name}`, feedForwardSize, feedForwardBias);
  const active = activate(builder, activation, wide(gatedFeedForward ? "gate" : "up"));
  const inner = gatedFeedForward ? builder.add("Mul", [active, wide("up")], { shape: ["rows", feedForwardSize] }) : active;
  return project(builder, "rows", inner, `layers.${layer}.down`, hiddenSize, feedForwardBias);
}

/** Attention of every row to all rows of its sequence (Vaswani et al. 2017, section 3.2). [rows, d] → [rows, d] */
function attend(builder: GraphBuilder, configuration: EncoderConfiguration, rows: Rows, input: string, layer: number): string {
  const { attentionHeads, headSize, hiddenSize, attentionBias, layerKinds } = configuration;
  const sequences = (name: string): string => {
    const flat = project(builder, "rows", input, `layers.${layer}.${name}`, hiddenSize, attentionBias);
    const target = builder.add("Concat", [rows.batchAndTime, builder.integers([hiddenSize])], { attributes: { axis: int(0) } });
    return builder.add("Reshape", [flat, target], { shape: ["batch", "time", hiddenSize] });
  };
  const byHead = (tensor: string): string => {
    const split = builder.add("Reshape", [tensor, builder.integers([0, 0, attentionHeads, headSize])], { shape: ["batch", "time", attentionHeads, headSize] });
    return builder.add("Transpose", [split], { attributes: { perm: ints([0, 2, 1, 3]) }, shape: ["batch", attentionHeads, "time", headSize] });
  };
  const query = byHead(rotate(builder, configuration, rows, sequences("query"), layer));
  const key = byHead(rotate(builder, configuration, rows, sequences("key"), layer));
  const shape = ["batch", attentionHeads, "time", "time"];
  const scores = builder.add("FusedMatMul", [query, key], { domain: contrib, attributes: { transB: int(1), alpha: float(1 / Math.sqrt(headSize)) }, shape });
  const masked = builder.add("Add", [scores, rows.bias[layerKinds[layer].windowed ? "window" : "whole"]!], { shape });
  const weights = builder.add("Softmax", [masked], { attributes: { axis: int(-1) }, shape });
  const mixed = builder.add("MatMul", [weights, byHead(sequences("value"))], { shape: ["batch", attentionHeads, "time", headSize] });
  const byTime = builder.add("Transpose", [mixed], { attributes: { perm: ints([0, 2, 1, 3]) }, shape: ["batch", "time", attentionHeads, headSize] });
  const joined = builder.add("Reshape", [byTime, builder.integers([-1, hiddenSize])], { shape: ["rows", hiddenSize] });
  return project(builder, "rows", joined, `layers.${layer}.attention_output`, hiddenSize, attentionBias);
}

function rotate(builder: GraphBuilder, { positions, layerKinds, hiddenSize }: EncoderConfiguration, rows: Rows, sequences: string, layer: number): string {
  if (positions === "learned") return sequences;
  const { cosine, sine } = rotaryInputs(layerKinds[layer].rotary);
  return builder.add("RotaryEmbedding", [sequences, rows.positions, cosine, sine], { domain: contrib, shape: ["batch", "time", hiddenSize] });
}
