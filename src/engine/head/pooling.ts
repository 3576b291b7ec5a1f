import { Tensor } from "onnxruntime-node";
import { int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Sequence } from "../program.js";

/** How the hidden states of a whole sequence become one, for a light head: over all its rows, virtual tokens among them. */
export type SequencePooling = "mean" | "max";

/** Added to rows of padding, so that none of them is the largest. */
const never = -1e9;

/**
 * Appends the pooling of hidden states [batch·time, d] to one vector a scored row [N, d]. Inputs it adds to the graph
 * (fed by `poolingFeeds`): `pool_rows` [batch, 1, time] for "mean" and [batch, time, 1] for "max", and
 * `scored_sequences` [N].
 */
export function appendPooling(builder: GraphBuilder, hidden: string, hiddenSize: number, pooling: SequencePooling): string {
  const isMean = pooling === "mean";
  const rows = builder.input("pool_rows", { elementType: "float32", shape: isMean ? ["batch", 1, "time"] : ["batch", "time", 1] });
  const batch = builder.add("Gather", [builder.add("Shape", [rows]), builder.integers([0])], { attributes: { axis: int(0) } });
  const target = builder.add("Concat", [batch, builder.integers([-1, hiddenSize])], { attributes: { axis: int(0) } });
  const sequences = builder.add("Reshape", [hidden, target], { shape: ["batch", "time", hiddenSize] });
  const pooled = isMean
    ? builder.add("MatMul", [rows, sequences], { shape: ["batch", 1, hiddenSize] })
    : builder.add("ReduceMax", [builder.add("Add", [sequences, rows], { shape: ["batch", "time", hiddenSize] }), builder.integers([1])], { attributes: { keepdims: int(1) }, shape: ["batch", 1, hiddenSize] });
  const flat = builder.add("Reshape", [pooled, builder.integers([-1, hiddenSize])], { shape: ["batch", hiddenSize] });
  const scored = builder.input("scored_sequences", { elementType: "int64", shape: ["scored"] });
  return builder.add("Gather", [flat, scored], { attributes: { axis: int(0) }, shape: ["scored", hiddenSize] });
}

/** @param time rows of the padded batch. */
export function poolingFeeds(batch: readonly Sequence[], time: number, pooling: SequencePooling): Record<string, Tensor> {
  const data = new Float32Array(batch.length * time).fill(pooling === "mean" ? 0 : never);
  batch.forEach(({ tokens }, item) => data.fill(pooling === "mean" ? 1 / tokens.length : 0, item * time, item * time + tokens.length));
  const sequences = batch.flatMap(({ scored }, item) => scored.map(() => BigInt(item)));
  return {
    pool_rows: new Tensor("float32", data, pooling === "mean" ? [batch.length, 1, time] : [batch.length, time, 1]),
    scored_sequences: new Tensor("int64", BigInt64Array.from(sequences), [sequences.length]),
  };
}
