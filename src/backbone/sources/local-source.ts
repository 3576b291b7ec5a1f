import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { partNameOf } from "../gguf/part-name.js";
import { systemCode } from "./download-error.js";
import { chooseModelFile, companionNames, formatOf, isExternalDataOf, isShardOf, type Candidate } from "./model-choice.js";
import type { ModelFiles, ModelSource, SourceFile } from "./source.js";

/** A model file on this disk, or a folder that holds exactly one. Nothing is copied. */
export class LocalSource implements ModelSource {
  constructor(
    /** Absolute path. */
    private readonly place: string,
  ) {}

  get description(): string {
    return `the local model ${this.place}`;
  }

  async fetch(): Promise<ModelFiles> {
    const found = await stat(this.place).catch((error: unknown) => {
      throw this.unreadable(error);
    });
    const isFolder = found.isDirectory();
    const folder = isFolder ? this.place : path.dirname(this.place);
    const listed = await listModelFolder(folder).catch((error: unknown) => {
      // A folder that may not be listed can still hold a file that may be read.
      if (isFolder) throw this.unreadable(error);
      return [];
    });
    const chosen = isFolder
      ? chooseModelFile(`The folder ${this.place}`, listed, 'Name the file itself: "model": { "path": "..." }.')
      : { path: path.basename(this.place), size: found.size };
    const format = formatOf(chosen.path);
    if (!format || (!isFolder && !found.isFile())) {
      throw new PromptTuningError("model", `${this.place} is not a model that can be read.`, {
        file: this.place,
        reason: "Models are read from .gguf and .onnx files, and from folders with model.safetensors.",
        advice: "Name such a file, or a folder that holds one.",
      });
    }
    if (chosen.size === 0) {
      throw new PromptTuningError("model", `The model file ${path.join(folder, chosen.path)} is empty.`, { file: this.place, advice: "Copy or download it again." });
    }
    const beside = listed.filter((file) => file.path !== chosen.path && belongsTo(chosen.path, file.path));
    const local = (file: Candidate): SourceFile => ({ path: path.join(folder, file.path), size: file.size });
    const modelFile = path.join(folder, chosen.path);
    return {
      name: format === "safetensors" ? path.basename(folder) : path.basename(partNameOf(modelFile)?.stem ?? modelFile, path.extname(modelFile)),
      format,
      modelFile,
      folder,
      files: [local(chosen), ...beside.map(local)],
      description: this.description,
    };
  }

  private unreadable(cause: unknown): PromptTuningError {
    const code = systemCode(cause);
    return new PromptTuningError("model", `The model ${this.place} cannot be opened.`, {
      file: this.place,
      reason: code === "ENOENT" || code === "ENOTDIR" ? "There is no such file or folder." : `Opening it failed (${code ?? "unknown error"}).`,
      advice: "Check the path; it is relative to the experiment file.",
      cause,
    });
  }
}

/** Whether a file of the folder is part of the model: its external data or shards, its tokenizer, its configuration. */
export function belongsTo(modelFile: string, other: string): boolean {
  const folder = path.posix.dirname(other);
  const companion = companionNames.includes(path.posix.basename(other)) && (folder === "." || folder === path.posix.dirname(modelFile));
  return companion || isExternalDataOf(modelFile, other) || isShardOf(modelFile, other);
}

/** The folder's files and those of its subfolder onnx/, in order of name. */
export async function listModelFolder(folder: string): Promise<Candidate[]> {
  const names = await readdir(folder);
  const below = names.includes("onnx") ? await readdir(path.join(folder, "onnx")).catch(() => []) : [];
  const files: Candidate[] = [];
  for (const name of [...names, ...below.map((inner) => `onnx/${inner}`)].sort()) {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found?.isFile()) files.push({ path: name, size: found.size });
  }
  return files;
}
