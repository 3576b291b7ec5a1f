import { randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { decoderWeightShapes, type DecoderWeights } from "../../engine/decoder/weights.js";
import type { Initializer } from "../../engine/graph/initializer.js";
import type { GgufHeader } from "./header.js";
import type { LlamaConfiguration } from "./llama-configuration.js";
import { readTensor } from "./read-tensor.js";
import { unpermuteRows } from "./unpermute.js";

/** Changes whenever the prepared file's content or order changes, so that an older one is not taken for it. */
const layoutVersion = 1;
/** Tensors start at multiples of a page, as memory mapping wants it. */
const alignment = 4096;
const weightsFile = `weights-v${layoutVersion}.f32`;

/**
 * Dequantises a llama GGUF once into one file of float32 matrices that onnxruntime maps into memory. The file is kept
 * in the cache under the model's hash; it appears whole (renamed) or not at all.
 *
 * @param hash SHA-256 of the GGUF file.
 * @throws PromptTuningError kind "storage" when the disk refuses, "model" when a tensor is damaged.
 */
export async function prepareLlamaWeights(header: GgufHeader, configuration: LlamaConfiguration, hash: string, cache: string, onProgress?: (done: number, total: number) => void): Promise<DecoderWeights> {
  const folder = join(cache, "prepared", hash);
  const file = join(folder, weightsFile);
  const { tensors, bytes } = plan(configuration);
  const complete = existsSync(file) && statSync(file).size === bytes;
  if (!complete) await writeWeights(header, configuration, tensors, file, bytes, onProgress);
  return { folder, tensors };
}

function plan(configuration: LlamaConfiguration): { tensors: Map<string, Initializer>; bytes: number } {
  const tensors = new Map<string, Initializer>();
  let offset = 0;
  for (const [name, shape] of decoderWeightShapes(configuration)) {
    const length = shape.reduce((total, size) => total * size, 4);
    tensors.set(name, { name, elementType: "float32", shape, data: { location: weightsFile, offset, length } });
    offset = Math.ceil((offset + length) / alignment) * alignment;
  }
  return { tensors, bytes: offset };
}

async function writeWeights(header: GgufHeader, configuration: LlamaConfiguration, tensors: ReadonlyMap<string, Initializer>, file: string, bytes: number, onProgress?: (done: number, total: number) => void): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomUUID().slice(0, 8)}.partial`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const source = await open(header.file, "r");
    try {
      const target = await open(temporary, "wx");
      try {
        await target.truncate(bytes);
        for (const { name, data } of tensors.values()) {
          const { offset, length } = data as { offset: number; length: number };
          const values = await readWeight(source, header, configuration, name);
          await target.write(new Uint8Array(values.buffer, values.byteOffset, length), 0, length, offset);
          onProgress?.(offset + length, bytes);
        }
        await target.sync();
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (cause instanceof PromptTuningError) throw cause;
    throw new PromptTuningError("storage", "The model's weights could not be unpacked into the cache.", {
      reason: cause instanceof Error ? `${cause.message}.` : String(cause),
      advice: `It needs ${Math.ceil(bytes / 1e6)} MB of free space; PTUNE_CACHE names another folder for the cache.`,
      file,
      cause,
    });
  }
}

/** One weight in the order and orientation of `decoderWeightShapes`. */
async function readWeight(source: FileHandle, header: GgufHeader, configuration: LlamaConfiguration, name: string): Promise<Float32Array> {
  const { attentionHeads, keyValueHeads } = configuration;
  const ggufName = ggufTensorName(name);
  const info = header.tensors.get(ggufName)!;
  let values = await readTensor(source, info);
  if (name.endsWith(".query")) values = unpermuteRows(values, info.shape[0], attentionHeads);
  if (name.endsWith(".key")) values = unpermuteRows(values, info.shape[0], keyValueHeads);
  const isMatrix = info.shape.length === 2 && name !== "embeddings" && name !== "output";
  return isMatrix ? transposed(values, info.shape[0], info.shape[1]) : values;
}

const ggufNames: Readonly<Record<string, string>> = {
  attention_norm: "attn_norm",
  query: "attn_q",
  key: "attn_k",
  value: "attn_v",
  attention_output: "attn_output",
  feed_forward_norm: "ffn_norm",
  gate: "ffn_gate",
  up: "ffn_up",
  down: "ffn_down",
};

function ggufTensorName(name: string): string {
  if (name === "final_norm") return "output_norm.weight";
  if (name === "embeddings") return "token_embd.weight";
  if (name === "output") return "output.weight";
  const [, layer, part] = name.split(".");
  return `blk.${layer}.${ggufNames[part]}.weight`;
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
