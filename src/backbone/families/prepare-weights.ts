import { join } from "node:path";
import { storedNames } from "../../engine/decoder/stored-products.js";
import type { ExternalData, Initializer } from "../../engine/graph/initializer.js";
import type { ElementType } from "../../engine/graph/tensor-type.js";
import { byteLength } from "../../engine/onnx/tensor-bytes.js";
import { isWhole, nextPage, writePreparedFile } from "./prepared-file.js";
import { readStoredWeight, readWeight, type TensorReader } from "./read-weight.js";
import type { BlockLayout, StoredBlocks } from "./stored-blocks.js";
import type { WeightOrigin } from "./weight-origin.js";

/** Changes whenever the prepared file's content or order changes, so that an older one is not taken for it. */
const layoutVersion = 1;
/** The matrices as floats, or in the blocks of the model's file. */
export type WeightForm = "float32" | "stored";
const weightsFiles = { float32: `weights-v${layoutVersion}.f32`, stored: `weights-v${layoutVersion}.blocks` } as const;

/** A model's weights as onnxruntime reads them, all in one external file. */
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
  readonly form: WeightForm;
  /** The blocks that a tensor of the model's file is stored in; undefined where it can only be read as floats. */
  readonly blocksOf?: (tensor: string) => BlockLayout | undefined;
  readonly cache: string;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Unpacks a model's weights once into one file that onnxruntime maps into memory: matrices as float32, or in the form
 * "stored" in the blocks of the model's file. The file is kept in the cache under the model's hash; it appears whole
 * (renamed) or not at all.
 *
 * @throws PromptTuningError kind "storage" when the disk refuses, "model" when a tensor is damaged.
 */
export async function prepareWeights(options: PrepareOptions): Promise<PreparedWeights> {
  const folder = join(options.cache, "prepared", options.hash);
  const file = join(folder, weightsFiles[options.form]);
  const { tensors, bytes } = plan(options);
  if (!isWhole(file, bytes)) await writeWeights(options, tensors, file, bytes);
  return { folder, tensors };
}

function plan(options: PrepareOptions): { tensors: Map<string, Initializer>; bytes: number } {
  const tensors = new Map<string, Initializer>();
  const location = weightsFiles[options.form];
  let offset = 0;
  const add = (name: string, elementType: ElementType, shape: readonly number[]): void => {
    const length = byteLength(elementType, shape)!;
    tensors.set(name, { name, elementType, shape, data: { location, offset, length } });
    offset = nextPage(offset + length);
  };
  for (const [name, shape] of options.shapes) {
    const layout = storedLayout(options, name);
    if (!layout) {
      add(name, "float32", shape);
      continue;
    }
    const [input, output] = shape;
    const names = storedNames(name);
    add(names.values, layout.elementType, [output, input]);
    add(names.scales, "float32", [output, input / layout.blockSize]);
    if (layout.hasOffsets) add(names.offsets, "float32", [output, input / layout.blockSize]);
  }
  return { tensors, bytes: offset };
}

/** The layout of a weight that stays in blocks: a matrix whose rows are rows of the file's tensor. */
function storedLayout({ form, blocksOf, origins }: PrepareOptions, name: string): BlockLayout | undefined {
  const origin = origins.get(name)!;
  return form === "stored" && origin.transpose ? blocksOf?.(origin.tensor) : undefined;
}

function writeWeights(options: PrepareOptions, tensors: ReadonlyMap<string, Initializer>, file: string, bytes: number): Promise<void> {
  const failure = {
    message: "The model's weights could not be unpacked into the cache.",
    advice: `It needs ${Math.ceil(bytes / 1e6)} MB of free space; PTUNE_CACHE names another folder for the cache.`,
  };
  return writePreparedFile(file, bytes, failure, async (put) => {
    const reader = await options.open();
    try {
      for (const [name, origin] of options.origins) {
        const parts = storedLayout(options, name) ? storedParts(name, await readStoredWeight(reader, origin)) : new Map([[name, await readWeight(reader, origin)]]);
        for (const [part, values] of parts) await put(values, tensors.get(part)!.data as ExternalData);
        const last = tensors.get([...parts.keys()].at(-1)!)!.data as ExternalData;
        options.onProgress?.(last.offset + last.length, bytes);
      }
    } finally {
      await reader.close();
    }
  });
}

function storedParts(weight: string, { values, scales, offsets }: StoredBlocks): Map<string, Uint8Array | Float32Array> {
  const names = storedNames(weight);
  return new Map<string, Uint8Array | Float32Array>([[names.values, values], [names.scales, scales], ...(offsets ? ([[names.offsets, offsets]] as const) : [])]);
}
