import { Tensor } from "onnxruntime-node";
import type { NamedType } from "../graph/graph.js";
import type { Sequence } from "../program.js";
import type { ModelInputs } from "./model-inputs.js";

export type Feeds = Record<string, Tensor>;

/** Exporters fix sizes of 1 at times (torch.export specialises them), so a batch is padded to at least two tokens. */
const shortest = 2;

/**
 * A batch as the model's inputs [batch, time], padded on the right with id 0 and mask 0: in a causal model no scored
 * row sees what stands to its right, in an encoder the mask hides it. Where a virtual token stands the id is 0 too; its embedding is replaced.
 */
export function batchFeeds(batch: readonly Sequence[], inputs: ModelInputs, withPrompt: boolean): { feeds: Feeds; time: number } {
  const time = Math.max(shortest, ...batch.map((sequence) => sequence.tokens.length));
  const shape = [batch.length, time];
  const table = (value: (sequence: Sequence, row: number) => number): number[] =>
    batch.flatMap((sequence) => Array.from({ length: time }, (_, row) => value(sequence, row)));
  const inside = (sequence: Sequence, row: number): boolean => row < sequence.tokens.length;

  const feeds: Feeds = {
    [inputs.ids.name]: whole(inputs.ids, table((sequence, row) => (inside(sequence, row) ? Math.max(sequence.tokens[row], 0) : 0)), shape),
  };
  if (inputs.mask) feeds[inputs.mask.name] = whole(inputs.mask, table((sequence, row) => (inside(sequence, row) ? 1 : 0)), shape);
  if (inputs.positions) feeds[inputs.positions.name] = whole(inputs.positions, table((sequence, row) => Math.min(row, sequence.tokens.length - 1)), shape);
  if (inputs.types) feeds[inputs.types.name] = whole(inputs.types, table(() => 0), shape);
  for (const past of inputs.past) {
    feeds[past.name] = new Tensor("float32", new Float32Array(0), [batch.length, past.shape![1] as number, 0, past.shape![3] as number]);
  }
  if (withPrompt) {
    const slots = table((sequence, row) => (inside(sequence, row) ? sequence.virtualTokens[row] : -1));
    feeds.virtual_tokens = new Tensor("int64", BigInt64Array.from(slots, BigInt), shape);
  }
  return { feeds, time };
}

/** Flat index of every scored row, in the order of the sequences. */
export function scoredRowFeeds(batch: readonly Sequence[], time: number): Feeds {
  const rows = batch.flatMap((sequence, i) => sequence.scored.map(({ row }) => i * time + row));
  return { scored_rows: new Tensor("int64", BigInt64Array.from(rows, BigInt), [rows.length]) };
}

function whole({ elementType }: NamedType, values: readonly number[], shape: readonly number[]): Tensor {
  switch (elementType) {
    case "int32":
      return new Tensor("int32", Int32Array.from(values), shape);
    case "bool":
      return new Tensor("bool", Uint8Array.from(values), shape);
    case "float32":
      return new Tensor("float32", Float32Array.from(values), shape);
    default:
      return new Tensor("int64", BigInt64Array.from(values, BigInt), shape);
  }
}
