import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import { openExportedModel } from "../../engine/exported/open-exported-model.js";
import { exportedRulesOnPath } from "../../engine/exported/build-graph.js";
import { readGgufDecoder } from "../gguf/decoder-configuration.js";
import { readGgufModel } from "../gguf/model-header.js";
import { arePartsOfOne, isFirstPart } from "../gguf/part-name.js";
import { listModelFolder } from "../sources/local-source.js";
import { formatOf } from "../sources/model-choice.js";

/** What the hub's names of variants say: everything with these can be trained through (docs/adr/0013 and 0014). */
const readableGguf = /[-._](?:F32|F16|BF16|Q8_0|Q6_K|Q[2345]_K(?:_(?:S|M|L|XL))?|Q[45]_[01]|IQ4_(?:NL|XS)|IQ3_(?:XXS|XS|S|M)|IQ2_(?:XXS|XS|S|M)|IQ1_[SM]|TQ[12]_0|MXFP4)(?:-\d{5}-of-\d{5})?\.gguf$/i;
const readableOnnx = /(?:^|\/)(?:decoder_)?model(?:_fp16|_int8|_uint8|_quantized|_q4|_q4f16|_bnb4)?\.onnx$/;

/** Files of a repository that can be used by what they are called, other than one; a split model by its first part. @param files paths with "/". */
export function usableByName(files: readonly string[], other: string): string[] {
  return files.filter((file) => file !== other && isFirstPart(file) && (readableGguf.test(file) || readableOnnx.test(file) || (formatOf(file) === "safetensors" && !file.includes("/"))));
}

/** Files larger than this are not opened to see whether they would do. */
const mostOpenedBytes = 256 * 1024 * 1024;

/** Model files of a folder on this disk that can be trained through, other than one: each was looked at. */
export async function usableInFolder(folder: string, other: string): Promise<string[]> {
  const usable: string[] = [];
  for (const { path: name, size } of await listModelFolder(folder).catch(() => [])) {
    const file = path.join(folder, name);
    const isAnother = file !== other && !arePartsOfOne(file, other) && isFirstPart(file);
    if (isAnother && (await isUsable(file, size))) usable.push(name);
  }
  return usable;
}

async function isUsable(file: string, size: number): Promise<boolean> {
  try {
    if (formatOf(file) === "gguf") {
      await readGgufDecoder(await readGgufModel(file));
      return true;
    }
    return formatOf(file) === "onnx" && size <= mostOpenedBytes && exportedRulesOnPath(await openExportedModel(file)).missing.size === 0;
  } catch (error) {
    if (error instanceof PromptTuningError) return false;
    throw error;
  }
}
