import { int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";
import { type DecoderConfiguration, masksOf } from "./configuration.js";

/** Rows that go through the layers together: the own rows of a batch, or the shared rows computed once. */
export interface Stream {
  readonly name: "own" | "shared";
  /** Current hidden states [rows, hiddenSize]. */
  hidden: string;
  /** Position ids [batch, time]. */
  readonly positions: string;
  /** Additive attention masks, repeated for the query heads of a group [bias batch, groups·time, keys]. */
  readonly bias: Readonly<Partial<Record<"whole" | "window", string>>>;
  /** Shape tensor [batch, time], for reshaping rows to sequences. */
  readonly batchAndTime: string;
  /** Shape tensor [batch]. */
  readonly batch: string;
  readonly sizes: { readonly batch: Dimension; readonly time: Dimension; readonly rows: Dimension; readonly queries: Dimension; readonly keys: Dimension };
}

export interface StreamOptions {
  readonly name: "own" | "shared";
  /** Rows of the prompt that the stream's virtual tokens refer to; 0: the stream has none. */
  readonly virtualTokens: number;
  /** Whether its rows also attend to rows outside of the stream. */
  readonly seesEarlierRows: boolean;
}

/** Declares the inputs of a stream and computes its first hidden states. */
export function openStream(builder: GraphBuilder, configuration: DecoderConfiguration, options: StreamOptions): Stream {
  const { name } = options;
  const { hiddenSize } = configuration;
  const batch: Dimension = name === "shared" ? 1 : "batch";
  const sizes = { batch, time: `${name}_time`, rows: name === "shared" ? "shared_time" : "own_rows", queries: `${name}_queries`, keys: options.seesEarlierRows ? `${name}_keys` : `${name}_time` };

  const embeddings = builder.input(`${name}.embeddings`, { elementType: "float32", shape: [sizes.rows, hiddenSize] });
  const positions = builder.input(`${name}.positions`, { elementType: "int64", shape: [batch, sizes.time] });
  const mask = (kind: string): string => {
    const bias = builder.input(`${name}.bias.${kind}`, { elementType: "float32", shape: [`${name}_bias_batch`, sizes.time, sizes.keys] });
    return repeatForGroups(builder, bias, configuration, sizes.keys);
  };
  const batchAndTime = builder.add("Shape", [positions]);
  const inserted = options.virtualTokens > 0 ? insertVirtualTokens(builder, embeddings, { indices: `${name}.virtual_tokens`, rows: sizes.rows, hiddenSize, virtualTokens: options.virtualTokens }) : embeddings;
  return {
    name,
    hidden: configuration.positions === "learned" ? addPositions(builder, inserted, positions, sizes.rows, hiddenSize) : inserted,
    positions,
    bias: Object.fromEntries(masksOf(configuration).map((kind) => [kind, mask(kind)])),
    batchAndTime,
    batch: builder.add("Gather", [batchAndTime, builder.integers([0])], { name: "batch" }),
    sizes,
  };
}

export interface InsertionOptions {
  /** Name of the new input [rows]: the prompt's row that stands there, −1 where none does. */
  readonly indices: string;
  readonly rows: Dimension;
  readonly hiddenSize: number;
  /** Rows of the input `prompt`. */
  readonly virtualTokens: number;
}

/**
 * Adds the prompt's vectors at the rows of the virtual tokens, whose token embeddings are fed as zeros. The rows are
 * selected by a one-hot product: its gradient is the transposed product, which sums in a fixed order.
 */
export function insertVirtualTokens(builder: GraphBuilder, embeddings: string, { indices: input, rows, hiddenSize, virtualTokens }: InsertionOptions): string {
  const indices = builder.input(input, { elementType: "int64", shape: [rows] });
  const column = builder.add("Unsqueeze", [indices, builder.integers([1])]);
  const every = builder.integers(Array.from({ length: virtualTokens }, (_, i) => i));
  const selection = builder.add("Cast", [builder.add("Equal", [column, every])], { attributes: { to: int(1) }, shape: [rows, virtualTokens], name: "selection" });
  const vectors = builder.add("MatMul", [selection, "prompt"], { shape: [rows, hiddenSize] });
  return builder.add("Add", [embeddings, vectors], { shape: [rows, hiddenSize], name: "inserted" });
}

/** Adds the learned vector of every row's position, virtual tokens' rows too. */
function addPositions(builder: GraphBuilder, hidden: string, positions: string, rows: Dimension, hiddenSize: number): string {
  const flat = builder.add("Reshape", [positions, builder.integers([-1])], { shape: [rows] });
  const vectors = builder.add("Gather", ["position_embeddings", flat], { attributes: { axis: int(0) }, shape: [rows, hiddenSize] });
  return builder.add("Add", [hidden, vectors], { shape: [rows, hiddenSize] });
}

/** [bias batch, time, keys] → [bias batch, groups·time, keys], once for all layers. */
function repeatForGroups(builder: GraphBuilder, bias: string, { attentionHeads, keyValueHeads }: DecoderConfiguration, keys: Dimension): string {
  const groups = attentionHeads / keyValueHeads;
  const inserted = builder.add("Unsqueeze", [bias, builder.integers([1])]);
  const repeated = builder.add("Expand", [inserted, builder.integers([1, groups, 1, 1])]);
  const shape = builder.add("Shape", [bias]);
  const target = builder.add("Concat", [builder.add("Gather", [shape, builder.integers([0])]), builder.integers([-1]), builder.add("Gather", [shape, builder.integers([2])])], { attributes: { axis: int(0) } });
  return builder.add("Reshape", [repeated, target], { shape: [undefined, undefined, keys] });
}
