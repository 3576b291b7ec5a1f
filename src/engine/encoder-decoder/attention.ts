import { contrib } from "../autodiff/rule.js";
import { int, ints } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";
import type { EncoderDecoderConfiguration } from "./configuration.js";

/** Rows that go through the layers of one side together. */
export interface Rows {
  /** Shape tensor [batch, time]. */
  readonly batchAndTime: string;
  readonly batch: Dimension;
  readonly time: Dimension;
  /** batch·time */
  readonly rows: Dimension;
}

/** Keys and values of some rows, each [batch, attentionHeads, time, headSize]. */
export interface KeysValues {
  readonly key: string;
  readonly value: string;
}

/** Keys and values of normalised rows [rows, hiddenSize]. */
export function keysAndValues(builder: GraphBuilder, configuration: EncoderDecoderConfiguration, rows: Rows, normalized: string, prefix: string): KeysValues {
  const made = (name: string): string => byHead(builder, configuration, rows, normalized, `${prefix}${name}`);
  return { key: made("key"), value: made("value") };
}

export interface AttentionContext extends KeysValues {
  /** Added to the products of queries and keys, broadcast to [batch, attentionHeads, time, keys]. */
  readonly bias: string;
  /** Positions that keys and values have. */
  readonly keys: Dimension;
}

/**
 * softmax(q·kᵀ + bias)·v and the projection behind it.
 * @param normalized [rows, hiddenSize], as is the result
 */
export function attend(builder: GraphBuilder, configuration: EncoderDecoderConfiguration, rows: Rows, normalized: string, { key, value, bias, keys }: AttentionContext, prefix: string): string {
  const { attentionHeads, headSize, hiddenSize } = configuration;
  const { batch, time } = rows;
  const query = byHead(builder, configuration, rows, normalized, `${prefix}query`);
  const shape = [batch, attentionHeads, time, keys];
  const products = builder.add("FusedMatMul", [query, key], { domain: contrib, attributes: { transB: int(1) }, shape });
  const weights = builder.add("Softmax", [builder.add("Add", [products, bias], { shape })], { attributes: { axis: int(-1) }, shape });
  const mixed = builder.add("MatMul", [weights, value], { shape: [batch, attentionHeads, time, headSize] });
  const byTime = builder.add("Transpose", [mixed], { attributes: { perm: ints([0, 2, 1, 3]) }, shape: [batch, time, attentionHeads, headSize] });
  const width = attentionHeads * headSize;
  const flat = builder.add("Reshape", [byTime, builder.integers([-1, width])], { shape: [rows.rows, width] });
  return builder.add("MatMul", [flat, `${prefix}attention_output`], { shape: [rows.rows, hiddenSize] });
}

/** Rows [rows, hiddenSize] times a weight, as [batch, attentionHeads, time, headSize]. */
function byHead(builder: GraphBuilder, { attentionHeads, headSize }: EncoderDecoderConfiguration, { batchAndTime, batch, time, rows }: Rows, normalized: string, weight: string): string {
  const flat = builder.add("MatMul", [normalized, weight], { shape: [rows, attentionHeads * headSize] });
  const target = builder.add("Concat", [batchAndTime, builder.integers([attentionHeads, headSize])], { attributes: { axis: int(0) } });
  const heads = builder.add("Reshape", [flat, target], { shape: [batch, time, attentionHeads, headSize] });
  return builder.add("Transpose", [heads], { attributes: { perm: ints([0, 2, 1, 3]) }, shape: [batch, attentionHeads, time, headSize] });
}
