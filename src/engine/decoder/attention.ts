import { contrib } from "../autodiff/rule.js";
import { float, int, ints } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { DecoderConfiguration } from "./configuration.js";
import type { Stream } from "./stream.js";

/** Keys and values of some rows, each [key/value heads, batch, time, headSize]. */
export interface KeysValues {
  readonly key: string;
  readonly value: string;
}

/** Keys and values of a stream's normalised rows [rows, hiddenSize]. */
export function projectKeysValues(builder: GraphBuilder, configuration: DecoderConfiguration, stream: Stream, normalized: string, layer: number): KeysValues {
  const { keyValueHeads, headSize } = configuration;
  const { batch, time, rows } = stream.sizes;
  const width = keyValueHeads * headSize;
  const project = (name: "key" | "value"): string => {
    const flat = builder.add("MatMul", [normalized, `layers.${layer}.${name}`], { shape: [rows, width] });
    return toSequences(builder, stream, flat, width);
  };
  const byHead = (sequences: string, name: string): string => {
    const heads = builder.add("Reshape", [sequences, builder.integers([0, 0, keyValueHeads, headSize])], { shape: [batch, time, keyValueHeads, headSize] });
    return builder.add("Transpose", [heads], { attributes: { perm: ints([2, 0, 1, 3]) }, shape: [keyValueHeads, batch, time, headSize], name });
  };
  return {
    key: byHead(rotate(builder, stream, project("key"), width), "key"),
    value: byHead(project("value"), "value"),
  };
}

/**
 * Grouped-query attention of a stream's rows to the given keys and values. The queries of a group are laid along
 * time, so that keys and values are never repeated.
 * @returns [rows, attentionHeads·headSize]
 */
export function attend(builder: GraphBuilder, configuration: DecoderConfiguration, stream: Stream, normalized: string, context: KeysValues, layer: number): string {
  const { attentionHeads, keyValueHeads, headSize } = configuration;
  const { batch, time, rows, queries, keys } = stream.sizes;
  const groups = attentionHeads / keyValueHeads;
  const width = attentionHeads * headSize;

  const flat = builder.add("MatMul", [normalized, `layers.${layer}.query`], { shape: [rows, width] });
  const rotated = rotate(builder, stream, toSequences(builder, stream, flat, width), width);
  const split = builder.add("Reshape", [rotated, builder.integers([0, 0, keyValueHeads, groups, headSize])], { shape: [batch, time, keyValueHeads, groups, headSize] });
  const byHead = builder.add("Transpose", [split], { attributes: { perm: ints([2, 0, 3, 1, 4]) }, shape: [keyValueHeads, batch, groups, time, headSize] });
  const query = builder.add("Reshape", [byHead, builder.integers([keyValueHeads, 0, -1, headSize])], { shape: [keyValueHeads, batch, queries, headSize] });

  const weightShape = [keyValueHeads, batch, queries, keys];
  const scores = builder.add("FusedMatMul", [query, context.key], {
    domain: contrib,
    attributes: { transB: int(1), alpha: float(1 / Math.sqrt(headSize)) },
    shape: weightShape,
  });
  const masked = builder.add("Add", [scores, stream.bias], { shape: weightShape });
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

/** [rows, width] → [batch, time, width]. */
function toSequences(builder: GraphBuilder, stream: Stream, flat: string, width: number): string {
  const target = builder.add("Concat", [stream.batchAndTime, builder.integers([width])], { attributes: { axis: int(0) } });
  return builder.add("Reshape", [flat, target], { shape: [stream.sizes.batch, stream.sizes.time, width] });
}

/** Rotary position embedding, half by half as the Hugging Face weights expect (Su et al. 2021). */
function rotate(builder: GraphBuilder, stream: Stream, sequences: string, width: number): string {
  return builder.add("RotaryEmbedding", [sequences, stream.positions, "rotary.cosine", "rotary.sine"], {
    domain: contrib,
    shape: [stream.sizes.batch, stream.sizes.time, width],
  });
}
