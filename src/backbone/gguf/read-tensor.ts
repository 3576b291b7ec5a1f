import type { FileHandle } from "node:fs/promises";
import { checkFinite } from "../families/check-finite.js";
import type { StoredBlocks } from "../families/stored-blocks.js";
import { checkTypeSupported, dequantizeInto } from "./dequantize.js";
import { ggmlTypeByName } from "./ggml-types.js";
import { brokenGguf } from "./header-cursor.js";
import { quoted } from "../quoted.js";
import type { GgufTensorInfo } from "./tensor-table.js";
import { unpackBlocks } from "./unpack-blocks.js";

/** Bytes read at once: memory beside the result stays under this. */
const chunkBytes = 1024 * 1024;

/** A tensor's values [info.elements], row-major, as floats. See `readTensorRows` for errors. */
export async function readTensor(file: FileHandle, info: GgufTensorInfo): Promise<Float32Array> {
  const width = info.shape[info.shape.length - 1];
  return readTensorRows(file, info, 0, info.elements / width);
}

/**
 * `rows` rows of a tensor from `firstRow` on, as floats [rows, last dimension]; a row is the last dimension.
 *
 * Throws a PromptTuningError of kind "model": a type that cannot be dequantised, a file that became shorter, or a
 * value that is not finite (a model with such a weight cannot be trained through).
 */
export async function readTensorRows(file: FileHandle, info: GgufTensorInfo, firstRow: number, rows: number): Promise<Float32Array> {
  checkTypeSupported(info.type, info.name);
  const width = info.shape[info.shape.length - 1];
  if (!Number.isInteger(firstRow) || !Number.isInteger(rows) || firstRow < 0 || rows < 0 || (firstRow + rows) * width > info.elements) {
    throw new RangeError(`The tensor ${info.name} has no rows ${firstRow} to ${firstRow + rows}.`);
  }
  const { blockSize, blockBytes } = ggmlTypeByName(info.type);
  const target = new Float32Array(rows * width);
  const start = info.offset + ((firstRow * width) / blockSize) * blockBytes;
  const bytes = (target.length / blockSize) * blockBytes;
  const wholeBlocks = Math.max(1, Math.floor(chunkBytes / blockBytes));
  const buffer = Buffer.allocUnsafe(Math.min(bytes, wholeBlocks * blockBytes));
  for (let done = 0; done < bytes; done += buffer.length) {
    const chunk = buffer.subarray(0, Math.min(buffer.length, bytes - done));
    await readFully(file, chunk, start + done, info);
    const from = (done / blockBytes) * blockSize;
    const values = target.subarray(from, from + (chunk.length / blockBytes) * blockSize);
    dequantizeInto(info.type, chunk, values);
    checkFinite(values, info.name, firstRow * width + from);
  }
  return target;
}

/** The same rows in their file's blocks. @throws as `readTensorRows`; a block's scale that is not finite counts as a value. */
export async function readTensorBlocks(file: FileHandle, info: GgufTensorInfo, firstRow: number, rows: number): Promise<StoredBlocks> {
  const width = info.shape[info.shape.length - 1];
  const { blockSize, blockBytes } = ggmlTypeByName(info.type);
  const bytes = Buffer.allocUnsafe(((rows * width) / blockSize) * blockBytes);
  await readFully(file, bytes, info.offset + ((firstRow * width) / blockSize) * blockBytes, info);
  const blocks = unpackBlocks(info.type, bytes);
  checkFinite(blocks.scales, info.name, 0);
  if (blocks.offsets) checkFinite(blocks.offsets, info.name, 0);
  return blocks;
}

async function readFully(file: FileHandle, buffer: Buffer, position: number, info: GgufTensorInfo): Promise<void> {
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) throw brokenGguf("of the model", `It ends inside the tensor ${quoted(info.name)}.`);
    done += bytesRead;
  }
}
