import { createHash } from "node:crypto";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { decoderWeightShapes } from "../../engine/decoder/weights.js";
import { encoderWeightShapes } from "../../engine/encoder/weights.js";
import type { Backbone, OpenBackboneOptions } from "../backbone.js";
import { DecoderBackbone } from "../families/decoder-backbone.js";
import { EncoderBackbone } from "../families/encoder/encoder-backbone.js";
import { encoderDecoderFamilyOf } from "../families/encoder-decoder/family.js";
import { type EncoderFamily, encoderFamilyOf } from "../families/encoder/family.js";
import { readEncoderConfiguration } from "../families/encoder/read-configuration.js";
import { encoderWeightOrigins } from "../families/encoder/weight-origins.js";
import type { Family } from "../families/family.js";
import { prepareWeights } from "../families/prepare-weights.js";
import { type TensorConventions, weightOrigins } from "../families/weight-origin.js";
import { quoted } from "../quoted.js";
import { readBeside, readBytesBeside } from "../read-beside.js";
import { hashFile } from "../sources/file-integrity.js";
import type { ModelFiles } from "../sources/source.js";
import { createTokenizerFromJson } from "../tokenizer/from-json.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { createTokenizerFromSentencePiece } from "../tokenizer/unigram/from-sentence-piece.js";
import { type ConfigurationFile, parseConfigurationFile } from "./configuration-file.js";
import { type FolderDecoder, readFolderDecoder } from "./decoder-configuration.js";
import { encoderDecoderPlan } from "./encoder-decoder-plan.js";
import type { ModelPlan } from "./model-plan.js";
import { checkReadable, openWeightsFolder, readWeightsFolder, type WeightsFolder } from "./weights-folder.js";

/** A model from a folder as transformers writes them: config.json, tokenizer.json, weights in one or many files. */
export async function openSafetensorsBackbone(files: ModelFiles, { cache, onProgress }: OpenBackboneOptions): Promise<Backbone> {
  const { plan, folder, configText } = await readSafetensorsModel(files);
  const tokenizer = await readSafetensorsTokenizer(files);
  const hash = await hashOf(configText, folder);
  const { shapes, origins } = plan;
  const weights = await prepareWeights({ shapes, origins, open: () => openWeightsFolder(folder), hash, form: "float32", cache, onProgress });
  return plan.open({ files, hash, weights, tokenizer });
}

export interface SafetensorsModel {
  readonly plan: ModelPlan;
  readonly folder: WeightsFolder;
  readonly configText: string;
}

/** The model in a folder, its tensors checked against its configuration. @throws PromptTuningError kind "model". */
export async function readSafetensorsModel(files: ModelFiles): Promise<SafetensorsModel> {
  const configText = await needed(files, "config.json");
  const configFile = path.join(files.folder, "config.json");
  const config = parseConfigurationFile(configText, configFile);
  const encoder = encoderFamilyOf(config.model_type);
  const encoderDecoder = encoderDecoderFamilyOf(config.model_type);
  const decoder = encoder || encoderDecoder ? undefined : readFolderDecoder(configText, configFile);
  const folder = readWeightsFolder(files.modelFile);
  const plan = encoder ? encoderPlan(encoder, config, configFile, folder) : encoderDecoder ? encoderDecoderPlan(encoderDecoder, config, configFile, folder) : decoderPlan(decoder!, folder);
  checkTensors(plan, folder, files);
  return { plan, folder, configText };
}

/** @throws PromptTuningError kind "model". */
export async function readSafetensorsTokenizer(files: ModelFiles): Promise<Tokenizer> {
  const configuration = await readBeside(files, "tokenizer_config.json");
  const json = await readBeside(files, "tokenizer.json");
  // The first T5 repositories hold SentencePiece's own file alone.
  const pieces = json === undefined ? await readBytesBeside(files, "spiece.model") : undefined;
  return pieces ? createTokenizerFromSentencePiece(pieces, configuration) : createTokenizerFromJson(json ?? (await needed(files, "tokenizer.json")), configuration);
}

/** SHA-256 (hex) that the backbone of a folder goes by. */
export async function hashOfFolder(files: ModelFiles): Promise<string> {
  return hashOf(await needed(files, "config.json"), readWeightsFolder(files.modelFile));
}

function decoderPlan({ family, configuration }: FolderDecoder, folder: WeightsFolder): ModelPlan {
  return {
    family: family.name,
    sizes: configuration,
    shapes: decoderWeightShapes(configuration),
    origins: weightOrigins(family, configuration, conventionsOf(family, folder)),
    ignores: (name) => configuration.tiedEmbeddings && name === "lm_head.weight",
    open: (parts) => new DecoderBackbone({ ...parts, family, configuration }),
  };
}

/** Heads that a classifier or a question answerer was trained with, next-sentence prediction, and copies of tied tensors. */
const encoderExtras = /(^|\.)embeddings\.position_ids$|^(cls\.seq_relationship|classifier|pre_classifier|qa_outputs|score)\.|^(cls\.predictions\.decoder|lm_head\.decoder|vocab_projector|decoder|head|lm_head|cls\.predictions)\./;

function encoderPlan(family: EncoderFamily, config: ConfigurationFile, file: string, { tensors }: WeightsFolder): ModelPlan {
  const has = (name: string): boolean => tensors.has(name);
  const configuration = readEncoderConfiguration(config, family, has, file);
  return {
    family: family.name,
    sizes: { ...configuration, keyValueHeads: configuration.attentionHeads },
    shapes: encoderWeightShapes(configuration),
    origins: encoderWeightOrigins(family, configuration, has),
    ignores: (name) => encoderExtras.test(name),
    open: (parts) => new EncoderBackbone({ ...parts, family, configuration }),
  };
}

async function needed(files: ModelFiles, name: string): Promise<string> {
  const text = await readBeside(files, name);
  if (text !== undefined) return text;
  throw new PromptTuningError("model", `The model has no ${name}.`, {
    reason: `There is none in ${files.folder} that can be read.`,
    advice: "A folder of safetensors needs config.json and tokenizer.json beside the weights, as save_pretrained of transformers writes them.",
    file: files.modelFile,
  });
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

function checkTensors({ origins, family, ignores }: ModelPlan, { tensors }: WeightsFolder, { modelFile }: ModelFiles): void {
  const refuse = (reason: string): PromptTuningError =>
    new PromptTuningError("model", `The weights of ${modelFile} do not fit its config.json.`, { reason, advice: "Fetch or save the model again, or use another one.", file: modelFile });
  const used = new Set<string>();
  for (const { tensor: name, shape } of origins.values()) {
    const tensor = tensors.get(name);
    if (!tensor) throw refuse(`The tensor ${name} is missing.`);
    if (tensor.shape.length !== shape.length || tensor.shape.some((length, index) => length !== shape[index])) {
      throw refuse(`The tensor ${name} has the shape [${tensor.shape.join(", ")}] instead of [${shape.join(", ")}].`);
    }
    checkReadable(name, tensor);
    used.add(name);
  }
  // A bias or an extra norm changes what the model computes: it may not be passed over.
  const extra = [...tensors.keys()].find((name) => !used.has(name) && !computed.test(name) && !ignores(name));
  if (extra !== undefined) throw refuse(`The tensor ${quoted(extra)} does not belong to a plain ${family} model.`);
}

/** SHA-256 over the configuration and the hashes of all files of weights: what the unpacked weights depend on. */
async function hashOf(configText: string, { files }: WeightsFolder): Promise<string> {
  const hash = createHash("sha256").update(configText);
  for (const file of files) hash.update(await hashFile(file, createHash("sha256")));
  return hash.digest("hex");
}
