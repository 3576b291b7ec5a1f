import { createHash } from "node:crypto";
import { hashFile } from "./sources/file-integrity.js";
import type { ModelFiles } from "./sources/source.js";
import type { Backbone, OpenBackboneOptions } from "./backbone.js";
import { openGgufBackbone } from "./gguf/open-gguf-backbone.js";
import { openOnnxBackbone } from "./onnx/open-onnx-backbone.js";
import { openSafetensorsBackbone } from "./safetensors/open-safetensors-backbone.js";

/**
 * Opens a frozen model from its files.
 * @throws PromptTuningError kind "model" for a broken or unsupported model, "storage" when the disk refuses.
 */
export async function openBackbone(files: ModelFiles, options: OpenBackboneOptions): Promise<Backbone> {
  if (files.format === "safetensors") return openSafetensorsBackbone(files, options);
  if (files.format === "gguf") return openGgufBackbone(files, options);
  // Asked for when all else is known to be right, as in openGgufBackbone.
  const hash = async (): Promise<string> => files.sha256 ?? (await hashFile(files.modelFile, createHash("sha256")));
  return openOnnxBackbone(files, hash);
}
