import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { classifierKey, configName, parsePromptConfig, type PromptConfig, promptKey, weightsName } from "./peft-config.js";
import type { LinearHead } from "./peft-write.js";
import { asSoftPrompt, type SoftPrompt } from "./soft-prompt.js";
import { parseSafetensors, type SafetensorsFile, toFloatTensor } from "./safetensors.js";
import { headName, parseTuningFile, type TuningFile, tuningName } from "./tuning-file.js";
import { exists, mostConfigBytes, mostWeightBytes, readLimited } from "./read-limited.js";

/** An adapter folder. A folder made by PEFT has neither tuning nor head. */
export interface PeftAdapter extends SoftPrompt {
  readonly config: PromptConfig;
  readonly tuning?: TuningFile;
  readonly head?: LinearHead;
}

/**
 * Reads an adapter folder of PROMPT_TUNING or P_TUNING, made by PEFT or by us.
 * @throws PromptTuningError kind "model" for what is not one (other PEFT types are named), "storage" where it cannot be read.
 */
export function readPeftAdapter(folder: string): PeftAdapter {
  const file = (name: string): string => path.join(folder, name);
  if (!exists(file(configName)))
    throw new PromptTuningError("model", `"${folder}" is not an adapter folder.`, { reason: `It holds no ${configName}.`, advice: "Give the folder that PEFT's save_pretrained or ptune export wrote.", file: folder });
  const config = parsePromptConfig(readLimited(file(configName), mostConfigBytes).toString("utf8"), configName);
  if (!exists(file(weightsName))) {
    const pickle = exists(file("adapter_model.bin"));
    throw new PromptTuningError("model", `The adapter "${folder}" holds no ${weightsName}.`, {
      reason: pickle ? "Its weights are in adapter_model.bin, a pickle, which can run code when read and is never opened." : "Its weights are missing.",
      advice: "Save it again with save_pretrained(..., safe_serialization=True).",
      file: folder,
    });
  }
  const weights = parseSafetensors(readLimited(file(weightsName), mostWeightBytes), weightsName);
  const prompt = encoderRows(promptOf(weights, weightsName), config);
  if (prompt.virtualTokens !== config.num_virtual_tokens || prompt.width !== config.token_dim)
    throw new PromptTuningError("model", `The two files of the adapter "${folder}" do not fit together.`, {
      reason: `${configName} says ${config.num_virtual_tokens} × ${config.token_dim}, the tensor is ${prompt.virtualTokens} × ${prompt.width}.`,
      advice: "Fetch or export the adapter again.",
      file: folder,
    });
  const tuning = exists(file(tuningName)) ? parseTuningFile(readLimited(file(tuningName), mostConfigBytes).toString("utf8"), tuningName) : undefined;
  const head = exists(file(headName)) ? readHead(parseSafetensors(readLimited(file(headName), mostWeightBytes), headName), "head", prompt.width, headName) : savedClassifier(weights, prompt.width);
  if (tuning?.task.type === "classification" && tuning.task.head === "linear" && head?.bias.length !== tuning.labels?.length)
    throw new PromptTuningError("model", `The light head of the adapter "${folder}" is missing or does not fit its labels.`, {
      reason: `${tuningName} names ${tuning.labels?.length ?? 0} labels, ${headName} holds ${head?.bias.length ?? 0}.`,
      advice: "Export the adapter again.",
      file: folder,
    });
  return { ...prompt, config, tuning, head };
}

/**
 * Of an encoder-decoder's prompt PEFT keeps two parts unless told otherwise, the encoder's rows and the decoder's, and for
 * these types it uses the first (PeftModelForSeq2SeqLM.forward).
 */
function encoderRows(prompt: SoftPrompt, { num_transformer_submodules: parts, num_virtual_tokens: virtualTokens }: PromptConfig): SoftPrompt {
  if (parts !== 2 || prompt.virtualTokens !== 2 * virtualTokens) return prompt;
  return { ...prompt, virtualTokens, prompt: prompt.prompt.slice(0, virtualTokens * prompt.width) };
}

/** The soft prompt of a safetensors file: the tensor of PEFT's name, or the only one there is. */
export function promptOf(file: SafetensorsFile, name: string): SoftPrompt {
  const key = file.tensors.has(promptKey) ? promptKey : file.tensors.size === 1 ? [...file.tensors.keys()][0] : undefined;
  if (key === undefined)
    throw new PromptTuningError("model", `"${name}" holds no soft prompt.`, {
      reason: `It has ${file.tensors.size} tensors, none of them called ${promptKey}.`,
      advice: "Give a soft prompt's file, not a model's.",
      file: name,
    });
  return asSoftPrompt(toFloatTensor(file.tensors.get(key)!, key, name), name);
}

/** The classifier that PEFT saved beside the prompt, where it is one linear layer. */
function savedClassifier(weights: SafetensorsFile, width: number): LinearHead | undefined {
  return weights.tensors.has(`${classifierKey}.weight`) ? readHead(weights, classifierKey, width, weightsName) : undefined;
}

function readHead(file: SafetensorsFile, stem: string, width: number, name: string): LinearHead {
  const [weight, bias] = [`${stem}.weight`, `${stem}.bias`].map((key) => {
    const tensor = file.tensors.get(key);
    return tensor && toFloatTensor(tensor, key, name);
  });
  if (!weight || !bias || bias.shape.length !== 1 || weight.shape.length !== 2 || weight.shape[0] !== bias.shape[0] || weight.shape[1] !== width)
    throw new PromptTuningError("model", `"${name}" holds no usable light head.`, {
      reason: `It must hold ${stem}.weight [labels, ${width}] and ${stem}.bias [labels].`,
      advice: "Export the adapter again.",
      file: name,
    });
  return { weight: weight.values, bias: bias.values };
}
