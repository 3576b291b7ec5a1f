import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";

/** A file that may be a model, by its path relative to a folder or repository ("/" between parts). */
export interface Candidate {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

export function formatOf(file: string): "gguf" | "onnx" | undefined {
  const ending = path.posix.extname(file).toLowerCase();
  return ending === ".gguf" ? "gguf" : ending === ".onnx" ? "onnx" : undefined;
}

const partOfMany = /-\d{5}-of-\d{5}\.gguf$/i;

/**
 * The one model file among others: the only .gguf or .onnx, else the unquantised ONNX export at its usual place
 * (model.onnx, onnx/model.onnx).
 * @throws PromptTuningError model: none, several, or only parts of a split file.
 */
export function chooseModelFile(where: string, files: readonly Candidate[], advice: string): Candidate {
  const usable = files.filter((file) => formatOf(file.path));
  const whole = usable.filter((file) => !partOfMany.test(file.path));
  if (whole.length === 1) return whole[0];
  const usual = whole.find((file) => file.path === "model.onnx") ?? whole.find((file) => file.path === "onnx/model.onnx");
  if (usual && whole.every((file) => formatOf(file.path) === "onnx")) return usual;
  if (whole.length === 0) {
    throw new PromptTuningError("model", `${where} holds no model that can be read.`, {
      reason: usable.length > 0 ? "Its GGUF file is split into parts." : `A .gguf or .onnx file is needed${found(files)}.`,
      advice: usable.length > 0 ? "Join the parts with llama-gguf-split --merge and name the joined file." : advice,
    });
  }
  const names = whole.map((file) => `${file.path} (${megabytes(file.size)})`);
  const shown = names.length > 12 ? [...names.slice(0, 12), `and ${names.length - 12} more`] : names;
  throw new PromptTuningError("model", `${where} holds ${whole.length} models; say which one.`, { reason: `There are: ${shown.join(", ")}.`, advice });
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
  "tokenizer_config.json",
  "special_tokens_map.json",
  "config.json",
  "generation_config.json",
];
