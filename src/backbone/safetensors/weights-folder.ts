import { readFileSync, realpathSync, statSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { readSafetensorsHeader } from "../../adapter/safetensors-header.js";
import { type TensorEntry, toFloatTensor } from "../../adapter/safetensors.js";
import { PromptTuningError } from "../../common/errors.js";
import { isPlainFileName } from "../../engine/onnx/external-data.js";
import { checkFinite } from "../families/check-finite.js";
import type { TensorReader } from "../families/read-weight.js";
import { openFiles } from "../open-files.js";
import { quoted } from "../quoted.js";

/** A tensor of a folder, and which of its files holds it. */
export interface FolderTensor extends TensorEntry {
  readonly file: string;
}

export interface WeightsFolder {
  readonly tensors: ReadonlyMap<string, FolderTensor>;
  /** Absolute paths of the files that hold them. */
  readonly files: readonly string[];
}

const mostIndexBytes = 64 * 1024 * 1024;
const mostShards = 1000;
const mostTensors = 100_000;
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });
/** Types of weights that are read; and how many bytes each takes. */
const readable: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };

/**
 * What `save_pretrained` of transformers wrote: model.safetensors, or model.safetensors.index.json and its shards.
 * Only headers are read. The index decides which files belong to the model, their headers what they hold.
 * @throws PromptTuningError kind "model".
 */
export function readWeightsFolder(modelFile: string): WeightsFolder {
  const files = modelFile.endsWith(".json") ? shardsOf(modelFile) : [modelFile];
  const tensors = new Map<string, FolderTensor>();
  for (const file of files) {
    for (const [name, entry] of headerOf(file)) {
      if (tensors.has(name)) throw broken(file, `The tensor ${quoted(name)} lies in two files.`);
      tensors.set(name, { ...entry, file });
      if (tensors.size > mostTensors) throw broken(file, `The model has more than ${mostTensors} tensors.`);
    }
  }
  return { tensors, files };
}

/** The weights of a folder as the engine wants to read them. */
export async function openWeightsFolder({ tensors, files }: WeightsFolder): Promise<TensorReader> {
  const { of, close } = await openFiles(files);
  return {
    close,
    read: async (name, first = 0, count) => {
      const { dtype, shape, begin, end, file } = tensors.get(name)!;
      const rowBytes = shape.slice(1).reduce((product, size) => product * size, readable[dtype]);
      const bytes = new Uint8Array(count === undefined ? end - begin : count * rowBytes);
      await readFully(of(file), bytes, begin + first * rowBytes, file);
      const { values } = toFloatTensor({ dtype, shape, bytes }, name, file);
      checkFinite(values, name);
      return values;
    },
  };
}

/** @throws PromptTuningError kind "model" where a tensor's type is not one of those that are read. */
export function checkReadable(name: string, { dtype, file }: FolderTensor): void {
  if (Object.hasOwn(readable, dtype)) return;
  throw new PromptTuningError("model", `The tensor ${quoted(name)} is stored as ${dtype}, which is not supported.`, {
    reason: `Supported are ${Object.keys(readable).join(", ")}.`,
    advice: "Use the model's unquantised weights.",
    file,
  });
}

async function readFully(handle: FileHandle, target: Uint8Array, position: number, file: string): Promise<void> {
  const mostAtOnce = 2 ** 30;
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await handle.read(target, done, Math.min(mostAtOnce, target.length - done), position + done);
    if (bytesRead === 0) throw broken(file, "It ended while it was read.");
    done += bytesRead;
  }
}

function headerOf(file: string): ReadonlyMap<string, TensorEntry> {
  try {
    if (!statSync(file).isFile()) throw broken(file, "It is not a plain file.");
    return readSafetensorsHeader(file).header.entries;
  } catch (error) {
    if (error instanceof PromptTuningError) throw error;
    throw broken(file, error instanceof Error ? error.message : String(error), error);
  }
}

function shardsOf(indexFile: string): string[] {
  const folder = path.dirname(indexFile);
  let parsed: z.infer<typeof indexSchema>;
  try {
    if (statSync(indexFile).size > mostIndexBytes) throw new Error(`It has more than ${mostIndexBytes} bytes.`);
    parsed = indexSchema.parse(JSON.parse(readFileSync(indexFile, "utf8")));
  } catch (cause) {
    throw broken(indexFile, cause instanceof Error ? cause.message.slice(0, 300) : String(cause), cause);
  }
  const names = [...new Set(Object.values(parsed.weight_map))].sort();
  if (names.length === 0 || names.length > mostShards) throw broken(indexFile, `It names ${names.length} files; 1 to ${mostShards} are possible.`);
  for (const name of names) {
    if (!isPlainFileName(name) || !name.endsWith(".safetensors")) throw broken(indexFile, `It names the file ${quoted(name)}; only plain names of .safetensors files in its folder are allowed.`);
    checkStays(indexFile, path.join(folder, name));
  }
  return names.map((name) => path.join(folder, name));
}

/** A hub's cache keeps index and shards as links into one folder of its own: both must lie there together. */
function checkStays(indexFile: string, shard: string): void {
  let real: string;
  try {
    real = realpathSync(shard);
  } catch (cause) {
    throw broken(shard, "It is missing, though the model's index names it.", cause);
  }
  const together = path.dirname(real) === path.dirname(realpathSync(indexFile));
  if (path.dirname(real) !== realpathSync(path.dirname(shard)) && !together) throw broken(shard, "It is a link that leaves the model's folder.");
}

function broken(file: string, reason: string, cause?: unknown): PromptTuningError {
  return new PromptTuningError("model", `The weights in ${quoted(path.basename(file))} cannot be read.`, { reason, advice: "Fetch or save the model again.", file, cause });
}
