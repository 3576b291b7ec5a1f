import { int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";
import { type DecoderConfiguration, masksOf } from "./configuration.js";
import type { SharedInputs, SlotInputs } from "./gather-heads.js";
import { insertVirtualTokens } from "./insert-virtual-tokens.js";

/** Rows that ask in attention: all rows of the batch, or the scored ones only. */
export interface Queries extends SlotInputs {
  /** How many rows. */
  readonly count: Dimension;
  /** [rows, 1] */
  readonly positions: string;
  /** 1 where a slot holds a query [1, lanes, groups·time, 1]. */
  readonly filled: string;
  /** Additive masks, repeated for the query heads of a group [lanes, groups·time, keys]. */
  readonly bias: Readonly<Partial<Record<"whole" | "window", string>>>;
  /** groups·time */
  readonly slotCount: Dimension;
}

/** The rows of a batch as they go through the layers; see `Lanes`. */
export interface BatchRows {
  /** Current hidden states [rows, hiddenSize]. */
  hidden: string;
  readonly queries: Queries;
  readonly keys: SlotInputs & {
    /** Absent where the layout has no shared rows. */
    readonly shared?: SharedInputs;
    /** Key slots of a lane, without those of the past. */
    readonly count: Dimension;
  };
}

/** Declares the inputs of a batch's rows and computes their first hidden states. */
export function openBatchRows(builder: GraphBuilder, configuration: DecoderConfiguration, options: { readonly hasPrompt: boolean; readonly shared: boolean; readonly keys: Dimension }): BatchRows {
  const { hiddenSize, keyValueHeads } = configuration;
  const embeddings = builder.input("row_embeddings", { elementType: "float32", shape: ["rows", hiddenSize] });
  const positions = builder.input("positions", { elementType: "int64", shape: ["rows", 1] });
  const inserted = options.hasPrompt ? insertVirtualTokens(builder, embeddings, { indices: "virtual_tokens", rows: "rows", hiddenSize }) : embeddings;
  return {
    hidden: configuration.positions === "learned" ? addPositions(builder, inserted, positions, hiddenSize) : inserted,
    queries: declareQueries(builder, configuration, "all", "rows", positions),
    keys: {
      slots: builder.input("key.slots", { elementType: "int64", shape: [keyValueHeads, "lanes", options.keys] }),
      rows: builder.input("key.rows", { elementType: "int64", shape: ["rows", keyValueHeads] }),
      count: options.keys,
      ...(options.shared ? { shared: { length: builder.input("shared_length", { elementType: "int64", shape: [1] }), groups: builder.input("groups", { elementType: "int64", shape: [1] }) } } : {}),
    },
  };
}

/** The inputs that lead rows into the slots of attention; `name` tells the graph's two sets of them apart. */
export function declareQueries(builder: GraphBuilder, configuration: DecoderConfiguration, name: "all" | "scored", count: Dimension, positions: string): Queries {
  const { attentionHeads, keyValueHeads } = configuration;
  const slotCount = `${name}_slots`;
  const mask = (kind: string): string => {
    const bias = builder.input(`${name}.bias.${kind}`, { elementType: "float32", shape: ["lanes", `${name}_time`, "keys"] });
    return repeatForGroups(builder, bias, attentionHeads / keyValueHeads);
  };
  return {
    count,
    positions,
    slotCount,
    slots: builder.input(`${name}.slots`, { elementType: "int64", shape: [keyValueHeads, "lanes", slotCount] }),
    rows: builder.input(`${name}.rows`, { elementType: "int64", shape: [count, attentionHeads] }),
    filled: builder.input(`${name}.filled`, { elementType: "float32", shape: [1, "lanes", slotCount, 1] }),
    bias: Object.fromEntries(masksOf(configuration).map((kind) => [kind, mask(kind)])),
  };
}

/** Adds the learned vector of every row's position, virtual tokens' rows too. */
function addPositions(builder: GraphBuilder, hidden: string, positions: string, hiddenSize: number): string {
  const flat = builder.add("Reshape", [positions, builder.integers([-1])], { shape: ["rows"] });
  const vectors = builder.add("Gather", ["position_embeddings", flat], { attributes: { axis: int(0) }, shape: ["rows", hiddenSize] });
  return builder.add("Add", [hidden, vectors], { shape: ["rows", hiddenSize] });
}

/** [lanes, time, keys] → [lanes, groups·time, keys], once for all layers. */
function repeatForGroups(builder: GraphBuilder, bias: string, groups: number): string {
  if (groups === 1) return bias;
  const inserted = builder.add("Unsqueeze", [bias, builder.integers([1])]);
  const repeated = builder.add("Expand", [inserted, builder.integers([1, groups, 1, 1])]);
  const shape = builder.add("Shape", [bias]);
  const target = builder.add("Concat", [builder.add("Gather", [shape, builder.integers([0])]), builder.integers([-1]), builder.add("Gather", [shape, builder.integers([2])])], { attributes: { axis: int(0) } });
  return builder.add("Reshape", [repeated, target], { shape: [undefined, undefined, "keys"] });
}
