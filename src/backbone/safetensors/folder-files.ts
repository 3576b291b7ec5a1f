import { createHash } from "node:crypto";
import { PromptTuningError } from "../../common/errors.js";
import { readBeside } from "../read-beside.js";
import { hashFile } from "../sources/file-integrity.js";
import type { ModelFiles } from "../sources/source.js";
import { createTokenizerFromJson } from "../tokenizer/from-json.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { WeightsFolder } from "./weights-folder.js";

/** The text of a file that a folder of safetensors needs. @throws PromptTuningError kind "model" where it is missing. */
export async function neededFile(files: ModelFiles, name: string): Promise<string> {
  const text = await readBeside(files, name);
  if (text !== undefined) return text;
  throw new PromptTuningError("model", `The model has no ${name}.`, {
    reason: `There is none in ${files.folder} that can be read.`,
    advice: "A folder of safetensors needs config.json and tokenizer.json beside the weights, as save_pretrained of transformers writes them.",
    file: files.modelFile,
  });
}

export async function folderTokenizer(files: ModelFiles): Promise<Tokenizer> {
  return createTokenizerFromJson(await neededFile(files, "tokenizer.json"), await readBeside(files, "tokenizer_config.json"));
}

/** SHA-256 over the configuration and the hashes of all files of weights: what the unpacked weights depend on. */
export async function hashOfFolder(configText: string, { files }: WeightsFolder): Promise<string> {
  const hash = createHash("sha256").update(configText);
  for (const file of files) hash.update(await hashFile(file, createHash("sha256")));
  return hash.digest("hex");
}
