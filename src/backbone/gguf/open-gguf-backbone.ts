import { open } from "node:fs/promises";
import type { Backbone, OpenBackboneOptions } from "../backbone.js";
import { DecoderBackbone } from "../families/decoder-backbone.js";
import { prepareWeights } from "../families/prepare-weights.js";
import type { TensorReader } from "../families/read-weight.js";
import type { ModelFiles } from "../sources/source.js";
import { createTokenizerFromGguf } from "../tokenizer/from-gguf.js";
import { readGgufDecoder } from "./decoder-configuration.js";
import { type GgufHeader, readGgufHeader } from "./header.js";
import { readTensor, readTensorRows } from "./read-tensor.js";

/** @param hashOfFile SHA-256 (hex) of the GGUF file. */
export async function openGgufBackbone(files: ModelFiles, hashOfFile: () => Promise<string>, { cache, onProgress }: OpenBackboneOptions): Promise<Backbone> {
  const header = await readGgufHeader(files.modelFile);
  const { family, configuration, origins } = await readGgufDecoder(header);
  const tokenizer = createTokenizerFromGguf(header.metadata);
  const hash = await hashOfFile();
  const weights = await prepareWeights({ configuration, origins, open: () => openTensors(header), hash, cache, onProgress });
  return new DecoderBackbone({ files, hash, family, configuration, weights, tokenizer });
}

async function openTensors({ file, tensors }: GgufHeader): Promise<TensorReader> {
  const handle = await open(file, "r");
  return {
    read: (name, first, count) => {
      const info = tensors.get(name)!;
      return first === undefined || count === undefined ? readTensor(handle, info) : readTensorRows(handle, info, first, count);
    },
    close: () => handle.close(),
  };
}
