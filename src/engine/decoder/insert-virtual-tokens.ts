import { int } from "../graph/attribute.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dimension } from "../graph/tensor-type.js";

export interface InsertionOptions {
  /** Name of the new input [rows]: the prompt's row that stands there, −1 where none does. */
  readonly indices: string;
  readonly rows: Dimension;
  readonly hiddenSize: number;
}

/**
 * Adds the prompt's vectors at the rows of the virtual tokens, whose token embeddings are fed as zeros. The rows are
 * selected by a one-hot product: its gradient is the transposed product, which sums in a fixed order.
 */
export function insertVirtualTokens(builder: GraphBuilder, embeddings: string, { indices: input, rows, hiddenSize }: InsertionOptions): string {
  const indices = builder.input(input, { elementType: "int64", shape: [rows] });
  const column = builder.add("Unsqueeze", [indices, builder.integers([1])]);
  // As many rows as the prompt that is fed: several prompts that share a pass lie one behind the other.
  const promptRows = builder.graph.typeOf("prompt")?.shape?.[0];
  const count = builder.add("Squeeze", [builder.add("Shape", ["prompt"], { attributes: { end: int(1) } })]);
  const every = builder.add("Range", [builder.integer(0), count, builder.integer(1)], { shape: [promptRows] });
  const selection = builder.add("Cast", [builder.add("Equal", [column, every])], { attributes: { to: int(1) }, shape: [rows, promptRows], name: "selection" });
  const vectors = builder.add("MatMul", [selection, "prompt"], { shape: [rows, hiddenSize] });
  return builder.add("Add", [embeddings, vectors], { shape: [rows, hiddenSize], name: "inserted" });
}
