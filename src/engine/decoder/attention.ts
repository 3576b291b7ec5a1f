import { contrib } from "../autodiff/rule.js";
import { float, int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";
import type { BatchRows, Queries } from "./batch-rows.js";
import type { DecoderConfiguration } from "./configuration.js";
import { project } from "./feed-forward.js";
import { keysToSlots, queriesToSlots, slotsToRows } from "./gather-heads.js";
import { rotaryInputs } from "./rotary-cache.js";

/** Keys and values in the slots of attention, each [key/value heads, lanes, keys, headSize]. */
export interface KeysValues {
  readonly key: string;
  readonly value: string;
}

/** Keys and values of a batch's normalised rows [rows, hiddenSize]. */
export function projectKeysValues(builder: GraphBuilder, configuration: DecoderConfiguration, { keys, queries }: BatchRows, normalized: string, layer: number): KeysValues {
  const { keyValueHeads, headSize, attentionBias } = configuration;
  const width = keyValueHeads * headSize;
  const flat = (name: "key" | "value"): string => project(builder, queries.count, normalized, `layers.${layer}.${name}`, width, attentionBias);
  const toSlots = (rows: string, name: string): string => keysToSlots(builder, rows, keys, keys.shared, headSize, [keyValueHeads, "lanes", keys.count, headSize], name);
  const key = rotate(builder, configuration, queries, normalizeHeads(builder, configuration, flat("key"), `layers.${layer}.key_norm`), width, layer);
  return { key: toSlots(key, "key"), value: toSlots(flat("value"), "value") };
}

/**
 * Grouped-query attention of rows to the given keys and values.
 * @param normalized [rows, hiddenSize]
 * @returns [rows, attentionHeads·headSize]
 */
export function attend(builder: GraphBuilder, configuration: DecoderConfiguration, queries: Queries, normalized: string, context: KeysValues, layer: number): string {
  const { attentionHeads, keyValueHeads, headSize, attentionBias, layerKinds } = configuration;
  const width = attentionHeads * headSize;
  const slotShape = [keyValueHeads, "lanes", queries.slotCount, headSize];

  const flat = project(builder, queries.count, normalized, `layers.${layer}.query`, width, attentionBias);
  const rotated = rotate(builder, configuration, queries, normalizeHeads(builder, configuration, flat, `layers.${layer}.query_norm`), width, layer);
  const query = queriesToSlots(builder, rotated, queries, headSize, slotShape);

  const weightShape = [keyValueHeads, "lanes", queries.slotCount, "keys"];
  const scores = score(builder, configuration, query, context.key, weightShape);
  const masked = builder.add("Add", [scores, queries.bias[layerKinds[layer].windowed ? "window" : "whole"]!], { shape: weightShape });
  const weights = builder.add("Softmax", [masked], { attributes: { axis: int(-1) }, shape: weightShape });
  const mixed = builder.add("MatMul", [weights, context.value], { shape: slotShape });
  return slotsToRows(builder, mixed, queries, queries.filled, headSize, [queries.count, width]);
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

/** Rotary position embedding, half by half as the Hugging Face weights expect (Su et al. 2021). The result: [rows, 1, width]. */
function rotate(builder: GraphBuilder, { positions, layerKinds, rotaryTables, headSize }: DecoderConfiguration, queries: Queries, flat: string, width: number, layer: number): string {
  if (positions === "learned") return flat;
  // Every row is a sequence of its own: onnxruntime takes no sequence that is longer than the tables of angles.
  const sequence = builder.add("Reshape", [flat, builder.integers([-1, 1, width])], { shape: [queries.count, 1, width] });
  const { rotary } = layerKinds[layer];
  const { cosine, sine } = rotaryInputs(rotary);
  const rotated = 2 * rotaryTables[rotary].inverseFrequencies.length;
  return builder.add("RotaryEmbedding", [sequence, queries.positions, cosine, sine], {
    domain: contrib,
    // Where only a part of each head turns, the operator cannot tell the heads' number from the width.
    attributes: rotated === headSize ? {} : { rotary_embedding_dim: int(rotated), num_heads: int(width / headSize) },
    shape: [queries.count, 1, width],
  });
}
