import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { arePartsOfOne, partNameOf } from "../gguf/part-name.js";
import type { ModelFormat } from "./source.js";

/** A file that may be a model, by its path relative to a folder or repository ("/" between parts). */
export interface Candidate {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** What `save_pretrained` of transformers calls the weights, in one file or in shards with an index. */
const transformersWeights = ["model.safetensors", "model.safetensors.index.json"];
const shard = /^model-\d{5}-of-\d{5}\.safetensors$/;

/** The format of a model file by its name; undefined for every other file (adapters are safetensors too). */
export function formatOf(file: string): ModelFormat | undefined {
  const ending = path.extname(file).toLowerCase();
  if (transformersWeights.includes(path.basename(file))) return "safetensors";
  return ending === ".gguf" ? "gguf" : ending === ".onnx" ? "onnx" : undefined;
}

/** Whether a file holds a part of the weights: of those that the other one is the index of, or of a split GGUF model. */
export function isShardOf(modelFile: string, other: string): boolean {
  if (arePartsOfOne(modelFile, other)) return true;
  return path.posix.basename(modelFile) === "model.safetensors.index.json" && path.posix.dirname(other) === path.posix.dirname(modelFile) && shard.test(path.posix.basename(other));
}

/**
 * The one model file among others: the only .gguf or .onnx, else the unquantised ONNX export at its usual place
 * (model.onnx, onnx/model.onnx); where there is neither, or an encoder-decoder's two halves, transformers' weights.
 * @throws PromptTuningError model: none, or several.
 */
export function chooseModelFile<File extends Candidate>(where: string, files: readonly File[], advice: string): File {
  const usable = files.filter((file) => formatOf(file.path) === "gguf" || formatOf(file.path) === "onnx");
  const weights = transformersWeights.map((name) => files.find((file) => file.path === name)).find((file) => file !== undefined);
  if (usable.length === 0 && weights) return weights;
  // A split model is named by the first of its parts that is there.
  const whole = usable.filter((file) => !usable.some((other) => arePartsOfOne(file.path, other.path) && partNameOf(other.path)!.number < partNameOf(file.path)!.number));
  if (whole.length === 1) return whole[0];
  if (halfOfEncoderDecoder("encoder", whole) && halfOfEncoderDecoder("decoder", whole)) {
    if (weights) return weights;
    throw new PromptTuningError("model", `${where} holds an encoder-decoder as two ONNX files, which cannot be trained through.`, {
      reason: "The gradient has to pass from the decoder's file into the encoder's, and only models in one file are differentiated.",
      advice: "Use the model's safetensors (config.json, tokenizer.json and model.safetensors of T5, Flan-T5, mT5 or UMT5).",
    });
  }
  const usual = whole.find((file) => file.path === "model.onnx") ?? whole.find((file) => file.path === "onnx/model.onnx");
  if (usual && whole.every((file) => formatOf(file.path) === "onnx")) return usual;
  if (whole.length === 0) {
    throw new PromptTuningError("model", `${where} holds no model that can be read.`, {
      reason: `A .gguf or .onnx file, or model.safetensors, is needed${found(files)}.`,
      advice,
    });
  }
  const names = whole.map((file) => `${file.path} (${megabytes(file.size)})`);
  const shown = names.length > 12 ? [...names.slice(0, 12), `and ${names.length - 12} more`] : names;
  throw new PromptTuningError("model", `${where} holds ${whole.length} models; say which one.`, { reason: `There are: ${shown.join(", ")}.`, advice });
}

/** Whether one of the files that optimum exports an encoder-decoder to is there. */
function halfOfEncoderDecoder(half: "encoder" | "decoder", files: readonly Candidate[]): boolean {
  return files.some(({ path: file }) => new RegExp(`(^|/)${half}_model[^/]*\\.onnx$`).test(file));
}

function found(files: readonly Candidate[]): string {
  if (files.length === 0) return "; it is empty";
  const names = files.slice(0, 6).map((file) => file.path);
  return `; it holds ${names.join(", ")}${files.length > 6 ? ", ..." : ""}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** External data of an ONNX file by the exporters' conventions: model.onnx_data, model.onnx_data_1, model.onnx.data. */
export function isExternalDataOf(modelFile: string, other: string): boolean {
  if (!other.startsWith(modelFile)) return false;
  return /^(_data(_\d+)?|\.data)$/.test(other.slice(modelFile.length));
}

/** Files beside a model that tell about its tokenizer and shape. */
export const companionNames: readonly string[] = [
  "tokenizer.json",
  "spiece.model",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "config.json",
  "generation_config.json",
];
