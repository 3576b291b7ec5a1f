import { randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import type { Initializer } from "../../engine/graph/initializer.js";
import { readWeight, type TensorReader } from "./read-weight.js";
import type { WeightOrigin } from "./weight-origin.js";

/** Changes whenever the prepared file's content or order changes, so that an older one is not taken for it. */
const layoutVersion = 1;
/** Tensors start at multiples of a page, as memory mapping wants it. */
const alignment = 4096;
/** Bytes that one call of the system may write: less than 2³¹. */
const mostAtOnce = 2 ** 30;
const weightsFile = `weights-v${layoutVersion}.f32`;

/** A model's weights as onnxruntime reads them, float32, all in one external file. */
export interface PreparedWeights {
  /** Folder of the external file. */
  readonly folder: string;
  readonly tensors: ReadonlyMap<string, Initializer>;
}

export interface PrepareOptions {
  /** The engine's names and shapes of the weights, in the order in which they lie in the file. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly origins: ReadonlyMap<string, WeightOrigin>;
  /** Opens the model's files; called only where the weights are not in the cache yet. */
  readonly open: () => Promise<TensorReader>;
  /** SHA-256 of the model's files. */
  readonly hash: string;
  readonly cache: string;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Unpacks a model's weights once into one file of float32 matrices that onnxruntime maps into memory. The file is kept
 * in the cache under the model's hash; it appears whole (renamed) or not at all.
 *
 * @throws PromptTuningError kind "storage" when the disk refuses, "model" when a tensor is damaged.
 */
export async function prepareWeights(options: PrepareOptions): Promise<PreparedWeights> {
  const folder = join(options.cache, "prepared", options.hash);
  const file = join(folder, weightsFile);
  const { tensors, bytes } = plan(options.shapes);
  const complete = existsSync(file) && statSync(file).size === bytes;
  if (!complete) await writeWeights(options, tensors, file, bytes);
  return { folder, tensors };
}

function plan(shapes: PrepareOptions["shapes"]): { tensors: Map<string, Initializer>; bytes: number } {
  const tensors = new Map<string, Initializer>();
  let offset = 0;
  for (const [name, shape] of shapes) {
    const length = shape.reduce((total, size) => total * size, 4);
    tensors.set(name, { name, elementType: "float32", shape, data: { location: weightsFile, offset, length } });
    offset = Math.ceil((offset + length) / alignment) * alignment;
  }
  return { tensors, bytes: offset };
}

async function writeWeights({ origins, open: openReader, onProgress }: PrepareOptions, tensors: ReadonlyMap<string, Initializer>, file: string, bytes: number): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomUUID().slice(0, 8)}.partial`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const reader = await openReader();
    try {
      const target = await open(temporary, "wx");
      try {
        await target.truncate(bytes);
        for (const { name, data } of tensors.values()) {
          const { offset, length } = data as { offset: number; length: number };
          const values = await readWeight(reader, origins.get(name)!);
          for (let done = 0; done < length; done += mostAtOnce) {
            const bytes = new Uint8Array(values.buffer, values.byteOffset + done, Math.min(mostAtOnce, length - done));
            await target.write(bytes, 0, bytes.length, offset + done);
          }
          onProgress?.(offset + length, bytes);
        }
        await target.sync();
      } finally {
        await target.close();
      }
    } finally {
      await reader.close();
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
