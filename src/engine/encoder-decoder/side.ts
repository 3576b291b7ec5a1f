import { int, ints } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";
import type { Rows } from "./attention.js";
import { type EncoderDecoderConfiguration, relativePositionsOf, type Side } from "./configuration.js";

/** One side's rows on their way through its layers. */
export interface SideRows extends Rows {
  /** [rows, hiddenSize] */
  readonly hidden: string;
}

/** Declares a side's input `{side}.embeddings` [batch, time, hiddenSize]: embeddings, zeros where a virtual token stands. */
export function openSide(builder: GraphBuilder, { hiddenSize }: EncoderDecoderConfiguration, side: Side): SideRows {
  const [batch, time, rows] = ["batch", `${side}_time`, `${side}_rows`];
  const embeddings = builder.input(`${side}.embeddings`, { elementType: "float32", shape: [batch, time, hiddenSize] });
  const batchAndTime = builder.add("Shape", [embeddings], { attributes: { start: int(0), end: int(2) }, shape: [2] });
  const hidden = builder.add("Reshape", [embeddings, builder.integers([-1, hiddenSize])], { shape: [rows, hiddenSize] });
  return { batchAndTime, batch, time, rows, hidden };
}

/**
 * What is added to a side's self-attention, by layer: its relative positions and the mask, [1 or batch, attentionHeads,
 * time, keys]. Declares the inputs `{side}.buckets` [time, keys] (see `relativeBuckets`) and `{side}.mask`
 * [1 or batch, 1, 1 or time, keys].
 */
export function selfAttentionBias(builder: GraphBuilder, configuration: EncoderDecoderConfiguration, side: Side, time: Dimension, keys: Dimension): { readonly mask: string; readonly ofLayer: (layer: number) => string } {
  const { attentionHeads } = configuration;
  const buckets = builder.input(`${side}.buckets`, { elementType: "int64", shape: [time, keys] });
  const mask = builder.input(`${side}.mask`, { elementType: "float32", shape: [`${side}_mask_batch`, 1, side === "encoder" ? 1 : time, keys] });
  const made = new Map<string, string>();
  const make = (table: string): string => {
    const found = builder.add("Gather", [table, buckets], { attributes: { axis: int(0) }, shape: [time, keys, attentionHeads] });
    const byHead = builder.add("Transpose", [found], { attributes: { perm: ints([2, 0, 1]) }, shape: [attentionHeads, time, keys] });
    return builder.add("Add", [byHead, mask], { shape: [`${side}_mask_batch`, attentionHeads, time, keys], name: `${side}.bias` });
  };
  return {
    mask,
    ofLayer: (layer) => {
      const table = relativePositionsOf(configuration, side, layer);
      if (!made.has(table)) made.set(table, make(table));
      return made.get(table)!;
    },
  };
}
