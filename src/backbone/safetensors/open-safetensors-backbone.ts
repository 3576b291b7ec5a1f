import path from "node:path";
import { decoderWeightShapes } from "../../engine/decoder/weights.js";
import type { Backbone, OpenBackboneOptions } from "../backbone.js";
import { DecoderBackbone } from "../families/decoder-backbone.js";
import type { Family } from "../families/family.js";
import { prepareWeights } from "../families/prepare-weights.js";
import { type TensorConventions, weightOrigins } from "../families/weight-origin.js";
import type { ModelFiles } from "../sources/source.js";
import { checkTensors } from "./check-tensors.js";
import { parseConfigurationFile } from "./configuration-file.js";
import { readFolderDecoder } from "./decoder-configuration.js";
import { encoderDecoderFamilyOf } from "./encoder-decoder-configuration.js";
import { folderTokenizer, hashOfFolder, neededFile } from "./folder-files.js";
import { openEncoderDecoderFolder } from "./open-encoder-decoder.js";
import { openWeightsFolder, readWeightsFolder, type WeightsFolder } from "./weights-folder.js";

/** A model from a folder as transformers writes them: config.json, tokenizer.json, weights in one or many files. */
export async function openSafetensorsBackbone(files: ModelFiles, options: OpenBackboneOptions): Promise<Backbone> {
  const configText = await neededFile(files, "config.json");
  const { model_type: modelType } = parseConfigurationFile(configText, configurationOf(files));
  return encoderDecoderFamilyOf(modelType) ? openEncoderDecoderFolder(files, configText, options) : openDecoderFolder(files, configText, options);
}

async function openDecoderFolder(files: ModelFiles, configText: string, { cache, onProgress }: OpenBackboneOptions): Promise<Backbone> {
  const { family, configuration } = readFolderDecoder(configText, configurationOf(files));
  const folder = readWeightsFolder(files.modelFile);
  const origins = weightOrigins(family, configuration, conventionsOf(family, folder));
  const mayStayUnread = (name: string): boolean => computed.test(name) || (configuration.tiedEmbeddings && name === "lm_head.weight");
  checkTensors(origins, folder, { family: family.name, modelFile: files.modelFile, mayStayUnread });
  const tokenizer = await folderTokenizer(files);
  const hash = await hashOfFolder(configText, folder);
  const weights = await prepareWeights({ shapes: decoderWeightShapes(configuration), origins, open: () => openWeightsFolder(folder), hash, cache, onProgress });
  return new DecoderBackbone({ files, hash, family, configuration, weights, tokenizer });
}

function configurationOf(files: ModelFiles): string {
  return path.join(files.folder, "config.json");
}

function conventionsOf({ huggingFace }: Family, { tensors }: WeightsFolder): TensorConventions {
  const { names, layers, inputFirst, normsAroundOne } = huggingFace;
  // Files of the bare model leave the prefix out.
  const prefix = [...tensors.keys()].some((name) => name.startsWith(huggingFace.prefix)) ? huggingFace.prefix : "";
  return {
    name: (part, layer, kind) => (part === "output" ? `lm_head.${kind}` : `${prefix}${layer === undefined ? "" : `${layers}.${layer}.`}${names[part]}.${kind}`),
    inputFirst,
    permuted: false,
    normsAroundOne,
  };
}

/** Buffers of older versions of transformers, which are computed, not learned. */
const computed = /\.rotary_emb\.inv_freq$|\.attn\.(masked_)?bias$/;
