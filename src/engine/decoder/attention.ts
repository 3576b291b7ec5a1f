import { contrib } from "../autodiff/rule.js";
import { float, int, ints } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";
import type { DecoderConfiguration } from "./configuration.js";
import { project } from "./feed-forward.js";
import { rotaryInputs } from "./rotary-cache.js";
import type { Stream } from "./stream.js";

/** Keys and values of some rows, each [key/value heads, batch, time, headSize]. */
export interface KeysValues {
  readonly key: string;
  readonly value: string;
}

/** Keys and values of a stream's normalised rows [rows, hiddenSize]. */
export function projectKeysValues(builder: GraphBuilder, configuration: DecoderConfiguration, stream: Stream, normalized: string, layer: number): KeysValues {
  const { keyValueHeads, headSize, attentionBias } = configuration;
  const { batch, time, rows } = stream.sizes;
  const width = keyValueHeads * headSize;
  const flat = (name: "key" | "value"): string => project(builder, rows, normalized, `layers.${layer}.${name}`, width, attentionBias);
  const byHead = (sequences: string, name: string): string => {
    const heads = builder.add("Reshape", [sequences, builder.integers([0, 0, keyValueHeads, headSize])], { shape: [batch, time, keyValueHeads, headSize] });
    return builder.add("Transpose", [heads], { attributes: { perm: ints([2, 0, 1, 3]) }, shape: [keyValueHeads, batch, time, headSize], name });
  };
  return {
    key: byHead(rotate(builder, configuration, stream, normalizeHeads(builder, configuration, flat("key"), `layers.${layer}.key_norm`), width, layer), "key"),
    value: byHead(toSequences(builder, stream, flat("value"), width), "value"),
  };
}

/**
 * Grouped-query attention of a stream's rows to the given keys and values. The queries of a group are laid along
 * time, so that keys and values are never repeated.
 * @returns [rows, attentionHeads·headSize]
 */
export function attend(builder: GraphBuilder, configuration: DecoderConfiguration, stream: Stream, normalized: string, context: KeysValues, layer: number): string {
  const { attentionHeads, keyValueHeads, headSize, attentionBias, layerKinds } = configuration;
  const { batch, time, rows, queries, keys } = stream.sizes;
  const groups = attentionHeads / keyValueHeads;
  const width = attentionHeads * headSize;

  const flat = project(builder, rows, normalized, `layers.${layer}.query`, width, attentionBias);
  const rotated = rotate(builder, configuration, stream, normalizeHeads(builder, configuration, flat, `layers.${layer}.query_norm`), width, layer);
  const split = builder.add("Reshape", [rotated, builder.integers([0, 0, keyValueHeads, groups, headSize])], { shape: [batch, time, keyValueHeads, groups, headSize] });
  const byHead = builder.add("Transpose", [split], { attributes: { perm: ints([2, 0, 3, 1, 4]) }, shape: [keyValueHeads, batch, groups, time, headSize] });
  const query = builder.add("Reshape", [byHead, builder.integers([keyValueHeads, 0, -1, headSize])], { shape: [keyValueHeads, batch, queries, headSize] });

  const weightShape = [keyValueHeads, batch, queries, keys];
  const scores = score(builder, configuration, query, context.key, weightShape);
  const masked = builder.add("Add", [scores, stream.bias[layerKinds[layer].windowed ? "window" : "whole"]!], { shape: weightShape });
  const weights = builder.add("Softmax", [masked], { attributes: { axis: int(-1) }, shape: weightShape });
  const mixed = builder.add("MatMul", [weights, context.value], { shape: [keyValueHeads, batch, queries, headSize] });

  const grouped = builder.add(
    "Reshape",
    [mixed, builder.add("Concat", [builder.integers([keyValueHeads]), stream.batch, builder.integers([groups, -1, headSize])], { attributes: { axis: int(0) } })],
    { shape: [keyValueHeads, batch, groups, time, headSize] },
  );
  const byTime = builder.add("Transpose", [grouped], { attributes: { perm: ints([1, 3, 0, 2, 4]) }, shape: [batch, time, keyValueHeads, groups, headSize] });
  return builder.add("Reshape", [byTime, builder.integers([-1, width])], { shape: [rows, width] });
}

/** Rows of values, however cut → [batch, time, width]. */
function toSequences(builder: GraphBuilder, stream: Stream, flat: string, width: number): string {
  const target = builder.add("Concat", [stream.batchAndTime, builder.integers([width])], { attributes: { axis: int(0) } });
  return builder.add("Reshape", [flat, target], { shape: [stream.sizes.batch, stream.sizes.time, width] });
}

/** Scaled products of queries and keys, bent to ±c by c·tanh(s / c) where the model has a soft cap. */
function score(builder: GraphBuilder, { attentionScale, attentionSoftCap: cap }: DecoderConfiguration, query: string, key: string, shape: readonly Dimension[]): string {
  const products = builder.add("FusedMatMul", [query, key], { domain: contrib, attributes: { transB: int(1), alpha: float(attentionScale / (cap ?? 1)) }, shape });
  if (cap === undefined) return products;
  return builder.add("Mul", [builder.add("Tanh", [products], { shape }), builder.scalar(cap)], { shape });
}

/** RMS norm of every head, where the model has it: [rows, heads·headSize] → [rows·heads, headSize]. */
function normalizeHeads(builder: GraphBuilder, { queryKeyNorms, headSize, normEpsilon }: DecoderConfiguration, flat: string, weight: string): string {
  if (!queryKeyNorms) return flat;
  const heads = builder.add("Reshape", [flat, builder.integers([-1, headSize])], { shape: [undefined, headSize] });
  return builder.add("SimplifiedLayerNormalization", [heads, weight], { attributes: { axis: int(-1), epsilon: float(normEpsilon) }, shape: [undefined, headSize] });
}

/** Rotary position embedding, half by half as the Hugging Face weights expect (Su et al. 2021). The result: [batch, time, width]. */
function rotate(builder: GraphBuilder, configuration: DecoderConfiguration, stream: Stream, flat: string, width: number, layer: number): string {
  const sequences = toSequences(builder, stream, flat, width);
  const { positions, layerKinds, rotaryTables, headSize } = configuration;
  if (positions === "learned") return sequences;
  const { rotary } = layerKinds[layer];
  const { cosine, sine } = rotaryInputs(rotary);
  const rotated = 2 * rotaryTables[rotary].inverseFrequencies.length;
  return builder.add("RotaryEmbedding", [sequences, stream.positions, cosine, sine], {
    domain: contrib,
    // Where only a part of each head turns, the operator cannot tell the heads' number from the width.
    attributes: rotated === headSize ? {} : { rotary_embedding_dim: int(rotated), num_heads: int(width / headSize) },
    shape: [stream.sizes.batch, stream.sizes.time, width],
  });
}
