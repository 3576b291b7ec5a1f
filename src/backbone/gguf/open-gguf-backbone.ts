import { open } from "node:fs/promises";
import type { Backbone, OpenBackboneOptions } from "../backbone.js";
import { DecoderBackbone } from "../families/decoder-backbone.js";
import { decoderWeightShapes } from "../../engine/decoder/weights.js";
import { prepareWeights } from "../families/prepare-weights.js";
import type { TensorReader } from "../families/read-weight.js";
import type { ModelFiles } from "../sources/source.js";
import { createTokenizerFromGguf } from "../tokenizer/from-gguf.js";
import { readGgufDecoder } from "./decoder-configuration.js";
import { type GgufHeader, readGgufHeader } from "./header.js";
import { readTensor, readTensorBlocks, readTensorRows } from "./read-tensor.js";
import { blockLayoutOf } from "./unpack-blocks.js";

/** @param hashOfFile SHA-256 (hex) of the GGUF file. */
export async function openGgufBackbone(files: ModelFiles, hashOfFile: () => Promise<string>, { cache, weights: form = "float32", onProgress }: OpenBackboneOptions): Promise<Backbone> {
  const header = await readGgufHeader(files.modelFile);
  const { family, configuration, origins } = await readGgufDecoder(header);
  const tokenizer = createTokenizerFromGguf(header.metadata);
  const hash = await hashOfFile();
  const weights = await prepareWeights({ shapes: decoderWeightShapes(configuration), origins, open: () => openTensors(header), hash, form, blocksOf: (tensor) => blockLayoutOf(header.tensors.get(tensor)!.type), cache, onProgress });
  return new DecoderBackbone({ files, hash, family, configuration, weights, tokenizer });
}

async function openTensors({ file, tensors }: GgufHeader): Promise<TensorReader> {
  const handle = await open(file, "r");
  return {
    read: (name, first, count) => {
      const info = tensors.get(name)!;
      return first === undefined || count === undefined ? readTensor(handle, info) : readTensorRows(handle, info, first, count);
    },
    readBlocks: (name, first, count) => readTensorBlocks(handle, tensors.get(name)!, first, count),
    close: () => handle.close(),
  };
}
