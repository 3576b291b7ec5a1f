import type { Backbone, OpenBackboneOptions } from "../backbone.js";
import { openFiles } from "../open-files.js";
import { DecoderBackbone } from "../families/decoder-backbone.js";
import { decoderWeightShapes } from "../../engine/decoder/weights.js";
import { prepareWeights } from "../families/prepare-weights.js";
import type { TensorReader } from "../families/read-weight.js";
import type { ModelFiles } from "../sources/source.js";
import { createTokenizerFromGguf } from "../tokenizer/from-gguf.js";
import { readGgufDecoder } from "./decoder-configuration.js";
import { type GgufModel, hashGgufModel, readGgufModel } from "./model-header.js";
import { readTensor, readTensorBlocks, readTensorRows } from "./read-tensor.js";
import { blockLayoutOf } from "./unpack-blocks.js";

export async function openGgufBackbone(files: ModelFiles, { cache, weights: form = "float32", onProgress }: OpenBackboneOptions): Promise<Backbone> {
  const model = await readGgufModel(files.modelFile);
  const { family, configuration, origins } = await readGgufDecoder(model);
  const tokenizer = createTokenizerFromGguf(model.metadata);
  // Asked for when all else is known to be right: of a file that only seems to be large it would take hours.
  const hash = await hashGgufModel(model, files.sha256);
  const weights = await prepareWeights({ shapes: decoderWeightShapes(configuration), origins, open: () => openTensors(model), hash, form, blocksOf: (tensor) => blockLayoutOf(model.tensors.get(tensor)!.type), cache, onProgress });
  return new DecoderBackbone({ files, hash, family, configuration, weights, tokenizer });
}

async function openTensors({ files, tensors }: GgufModel): Promise<TensorReader> {
  const { of, close } = await openFiles(files);
  return {
    read: (name, first, count) => {
      const info = tensors.get(name)!;
      const handle = of(info.file);
      return first === undefined || count === undefined ? readTensor(handle, info) : readTensorRows(handle, info, first, count);
    },
    readBlocks: (name, first, count) => {
      const info = tensors.get(name)!;
      return readTensorBlocks(of(info.file), info, first, count);
    },
    close,
  };
}
