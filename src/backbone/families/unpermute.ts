/**
 * Brings the rows of a query or key weight of a llama GGUF file into Hugging Face's order.
 *
 * llama.cpp rotates neighbouring pairs of a head, Hugging Face the two halves of a head; the converter therefore
 * stores `weights.reshape(heads, 2, size/2, in).swapaxes(1, 2)` (LlamaModel.permute in convert_hf_to_gguf.py).
 * This is its inverse: row 2i + j of a head becomes row j·size/2 + i.
 *
 * @param weight [rows, columns], row-major
 * @param heads number of heads the rows belong to: attention heads for q, key–value heads for k
 * @returns a new array of the same shape
 */
export function unpermuteRows(weight: Float32Array, rows: number, heads: number): Float32Array {
  const columns = weight.length / rows;
  if (!Number.isInteger(columns)) throw new RangeError(`${weight.length} values are not ${rows} rows.`);
  const result = new Float32Array(weight.length);
  unpermutedOrder(rows, heads).forEach((from, to) => result.set(weight.subarray(from * columns, (from + 1) * columns), to * columns));
  return result;
}

/** For every row of Hugging Face's order the row of the file [rows]. */
export function unpermutedOrder(rows: number, heads: number): Int32Array {
  const headSize = rows / heads;
  if (!Number.isInteger(headSize) || headSize % 2 !== 0) throw new RangeError(`${rows} rows are not ${heads} heads with an even size.`);
  const order = new Int32Array(rows);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < headSize; row++) order[head * headSize + (row % 2) * (headSize / 2) + (row >> 1)] = head * headSize + row;
  }
  return order;
}
