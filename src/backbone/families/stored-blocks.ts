import type { ElementType } from "../../engine/graph/tensor-type.js";

/**
 * Rows of a matrix as a file's blocks hold them: value = scale·q + offset, scale and offset shared by `blockSize`
 * neighbours of a row. [rows, columns], columns a whole number of blocks.
 */
export interface StoredBlocks {
  readonly blockSize: number;
  /** 4-bit values lie two in a byte, the first in its lower half. */
  readonly elementType: Extract<ElementType, "int4" | "uint4" | "int8" | "uint8">;
  readonly values: Uint8Array;
  /** [rows, columns / blockSize] */
  readonly scales: Float32Array;
  /** The same shape; absent where the format has none. */
  readonly offsets?: Float32Array;
}

/** What the blocks of a tensor's type look like, known without reading it. */
export interface BlockLayout {
  readonly blockSize: number;
  readonly elementType: StoredBlocks["elementType"];
  readonly hasOffsets: boolean;
}

/** Row `to` of the result is row order[to]. */
export function reorderBlocks(blocks: StoredBlocks, order: ArrayLike<number>): StoredBlocks {
  return { ...blocks, values: reorder(blocks.values, order), scales: reorder(blocks.scales, order), ...(blocks.offsets ? { offsets: reorder(blocks.offsets, order) } : {}) };
}

function reorder<Values extends Uint8Array | Float32Array>(values: Values, order: ArrayLike<number>): Values {
  const width = values.length / order.length;
  const result = values.slice() as Values;
  for (let to = 0; to < order.length; to++) result.set(values.subarray(order[to] * width, (order[to] + 1) * width), to * width);
  return result;
}
