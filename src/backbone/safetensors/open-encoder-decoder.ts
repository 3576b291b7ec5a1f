import path from "node:path";
import { encoderDecoderWeightShapes } from "../../engine/encoder-decoder/weights.js";
import type { Backbone, OpenBackboneOptions } from "../backbone.js";
import { EncoderDecoderBackbone } from "../families/encoder-decoder/encoder-decoder-backbone.js";
import { huggingFaceNames } from "../families/encoder-decoder/family.js";
import { encoderDecoderOrigins, type WeightPlace } from "../families/encoder-decoder/weight-origins.js";
import { prepareWeights } from "../families/prepare-weights.js";
import type { ModelFiles } from "../sources/source.js";
import { checkTensors } from "./check-tensors.js";
import { readFolderEncoderDecoder } from "./encoder-decoder-configuration.js";
import { folderTokenizer, hashOfFolder } from "./folder-files.js";
import { openWeightsFolder, readWeightsFolder, type WeightsFolder } from "./weights-folder.js";

const outputMatrix = "lm_head.weight";
const embeddings = ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"];
/** Copies of the embeddings, and a table of early T5 files that nothing reads (transformers passes over it too). */
const unused = new Set([...embeddings, "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"]);

/** An encoder-decoder of T5's kind from a folder as transformers writes them. */
export async function openEncoderDecoderFolder(files: ModelFiles, configText: string, { cache, onProgress }: OpenBackboneOptions): Promise<Backbone> {
  const folder = readWeightsFolder(files.modelFile);
  const { family, configuration } = readFolderEncoderDecoder(configText, path.join(files.folder, "config.json"), folder.tensors.has(outputMatrix));
  const origins = encoderDecoderOrigins(configuration, tensorNames(folder, configuration.gatedFeedForward));
  checkTensors(origins, folder, { family: family.name, modelFile: files.modelFile, mayStayUnread: (name) => unused.has(name) });
  const tokenizer = await folderTokenizer(files);
  const hash = await hashOfFolder(configText, folder);
  const weights = await prepareWeights({ shapes: encoderDecoderWeightShapes(configuration), origins, open: () => openWeightsFolder(folder), hash, cache, onProgress });
  return new EncoderDecoderBackbone({ files, hash, family, configuration, weights, tokenizer });
}

function tensorNames({ tensors }: WeightsFolder, gated: boolean): (place: WeightPlace) => string {
  return ({ side, layer, part }) => {
    if (side === undefined) return part === "output" ? outputMatrix : (embeddings.find((name) => tensors.has(name)) ?? embeddings[0]);
    if (layer === undefined) return `${side}.final_layer_norm.weight`;
    return `${side}.block.${layer}.${huggingFaceNames(side, gated)[part]}.weight`;
  };
}
