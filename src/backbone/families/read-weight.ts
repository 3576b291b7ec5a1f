import { reorderBlocks, type StoredBlocks } from "./stored-blocks.js";
import { unpermutedOrder, unpermuteRows } from "./unpermute.js";
import type { WeightOrigin } from "./weight-origin.js";

/** Tensors of a model's files, as float32. */
export interface TensorReader {
  /**
   * Rows [first, first + count) of a tensor, a row being its last dimension; the whole tensor unless told.
   * @throws PromptTuningError kind "model": damaged, of a type that cannot be read, or not finite.
   */
  read(tensor: string, first?: number, count?: number): Promise<Float32Array>;
  /** The same rows in their file's blocks, for tensors that have them. */
  readBlocks?(tensor: string, first: number, count: number): Promise<StoredBlocks>;
  close(): Promise<void>;
}

/** One of the engine's matrices in the blocks of its file, [output, input], its heads in the engine's order. */
export async function readStoredWeight(reader: TensorReader, { tensor, shape, part, unpermute }: WeightOrigin): Promise<StoredBlocks> {
  const [first, end] = part ?? [0, shape[0]];
  const blocks = await reader.readBlocks!(tensor, first, end - first);
  return unpermute === undefined ? blocks : reorderBlocks(blocks, unpermutedOrder(end - first, unpermute));
}

/** One of the engine's weights, in its order and orientation. */
export async function readWeight(reader: TensorReader, origin: WeightOrigin): Promise<Float32Array> {
  const { shape, part, transpose, unpermute, plus } = origin;
  let values = await readPart(reader, origin);
  if (plus !== undefined) values = values.map((value) => value + plus);
  if (!transpose) return values;
  const rows = part ? part[1] - part[0] : shape[0];
  if (unpermute !== undefined) values = unpermuteRows(values, rows, unpermute);
  return transposed(values, rows, shape[1]);
}

async function readPart(reader: TensorReader, { tensor, shape, part, transpose }: WeightOrigin): Promise<Float32Array> {
  if (!part) return reader.read(tensor);
  const [first, end] = part;
  if (transpose) return reader.read(tensor, first, end - first);
  const whole = await reader.read(tensor);
  return shape.length === 1 ? whole.slice(first, end) : columns(whole, shape[0], first, end);
}

/** Columns [first, end) of a matrix with so many rows. */
function columns(values: Float32Array, rows: number, first: number, end: number): Float32Array {
  const width = values.length / rows;
  const result = new Float32Array(rows * (end - first));
  for (let row = 0; row < rows; row++) result.set(values.subarray(row * width + first, row * width + end), row * (end - first));
  return result;
}

/** [rows, columns] → [columns, rows], in blocks that stay in the processor's cache. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  const block = 32;
  for (let top = 0; top < rows; top += block) {
    const bottom = Math.min(top + block, rows);
    for (let left = 0; left < columns; left += block) {
      const right = Math.min(left + block, columns);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) result[column * rows + row] = values[row * columns + column];
      }
    }
  }
  return result;
}
