import { z } from "zod";
import type { BackboneDescription } from "../backbone/backbone.js";
import { PromptTuningError } from "../common/errors.js";
import type { Initialization } from "../experiment/schema.js";
import { dumpPythonJson } from "./python-json.js";

/** adapter_config.json as PEFT writes and reads it (read from huggingface/peft 0.21.2, config.py and tuners/prompt_tuning/config.py). */

/** The version whose form we write; older and newer ones read it too. */
export const peftVersion = "0.21.2";
export const configName = "adapter_config.json";
export const weightsName = "adapter_model.safetensors";
/** The one key of a prompt's tensor, for PROMPT_TUNING and P_TUNING. */
export const promptKey = "prompt_embeddings";
/** What the tensors of a classifier begin with that was trained beside a prompt (SEQ_CLS). */
export const classifierKey = "base_model.classifier";

/** PEFT's task_type of encoder-decoders. */
export const sequenceToSequence = "SEQ_2_SEQ_LM";

export interface PromptTuningFacts {
  readonly virtualTokens: number;
  readonly backbone: Pick<BackboneDescription, "hiddenSize" | "layers" | "attentionHeads" | "hubId" | "encoder" | "kind">;
  readonly init: Initialization;
  /** Whether a light head was trained with the prompt. */
  readonly head?: object;
  /** Revision of the backbone on the hub, if one was asked for. */
  readonly revision?: string;
}

/** The text of adapter_config.json, byte for byte what PEFT's save_pretrained writes for the same facts. */
export function promptTuningConfig(facts: PromptTuningFacts): string {
  const { backbone, init } = facts;
  const base = backbone.hubId ?? null;
  const classifies = backbone.encoder !== undefined && facts.head !== undefined;
  // PEFT refuses a TEXT config without the tokenizer's name, so where that is not known the initialisation is told in
  // tuning.json only. It has no name for our other initialisations either; the weights are trained anyway.
  const text = init.type === "text" && base !== null ? init.text : null;
  return dumpPythonJson({
    auto_mapping: null,
    base_model_name_or_path: base,
    inference_mode: true,
    // What PEFT trains and saves beside a prompt for SEQ_CLS, whichever of the two a model has.
    modules_to_save: classifies ? ["classifier", "score"] : null,
    num_attention_heads: backbone.attentionHeads,
    num_layers: backbone.layers,
    // Of an encoder-decoder PEFT would keep rows for the decoder too, and read only the encoder's.
    num_transformer_submodules: 1,
    num_virtual_tokens: facts.virtualTokens,
    peft_type: "PROMPT_TUNING",
    peft_version: peftVersion,
    prompt_tuning_init: text !== null ? "TEXT" : init.type === "sampled-vocabulary" ? "SAMPLE_VOCAB" : "RANDOM",
    prompt_tuning_init_text: text,
    revision: facts.revision ?? null,
    task_type: classifies ? "SEQ_CLS" : backbone.encoder ? "FEATURE_EXTRACTION" : backbone.kind === "encoder-decoder" ? sequenceToSequence : "CAUSAL_LM",
    token_dim: backbone.hiddenSize,
    tokenizer_kwargs: null,
    tokenizer_name_or_path: text !== null ? base : null,
  });
}

const size = z.int().min(1).max(1_000_000);
const promptConfigSchema = z.object({
  peft_type: z.enum(["PROMPT_TUNING", "P_TUNING"]),
  num_virtual_tokens: size,
  token_dim: size,
  num_transformer_submodules: z.int().min(1).max(2).nullish(),
  base_model_name_or_path: z.string().nullish(),
  task_type: z.string().nullish(),
});
export type PromptConfig = z.infer<typeof promptConfigSchema>;

const otherTypes: Readonly<Record<string, string>> = {
  PREFIX_TUNING: "a prefix at every layer",
  MULTITASK_PROMPT_TUNING: "a prompt shared by several tasks",
  LORA: "LoRA matrices",
  ADALORA: "LoRA matrices",
  ADAPTION_PROMPT: "LLaMA-Adapter prompts",
  IA3: "scaling vectors",
  CPT: "context-aware prompts",
};

/** Checks the content of an adapter_config.json. @throws PromptTuningError kind "model". */
export function parsePromptConfig(text: string, name: string): PromptConfig {
  const refuse = (message: string, reason: string, advice: string): never => {
    throw new PromptTuningError("model", message, { reason, advice, file: name });
  };
  const unusable = `"${name}" is not a usable PEFT configuration.`;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return refuse(unusable, "It is not valid JSON.", "Fetch or export the adapter again.");
  }
  const type = z.object({ peft_type: z.string().max(100) }).safeParse(content);
  if (!type.success) return refuse(unusable, 'It does not say its "peft_type".', "Fetch or export the adapter again.");
  const kind = type.data.peft_type;
  if (kind !== "PROMPT_TUNING" && kind !== "P_TUNING") {
    const what = Object.hasOwn(otherTypes, kind) ? otherTypes[kind] : "another kind of adapter";
    return refuse(`This adapter is ${JSON.stringify(kind)} (${what}), which is not supported yet.`, "Soft prompts (PROMPT_TUNING and P_TUNING) can be read.", "Choose an adapter of one of these types.");
  }
  const parsed = promptConfigSchema.safeParse(content);
  if (!parsed.success) return refuse(unusable, `At "${parsed.error.issues[0].path.join(".")}": ${parsed.error.issues[0].message}.`, "Fetch or export the adapter again.");
  const { num_transformer_submodules: parts, task_type: task } = parsed.data;
  if ((parts ?? 1) !== 1 && task !== sequenceToSequence)
    return refuse(unusable, `It has ${parts} parts (num_transformer_submodules), which only prompts of encoder-decoders have (task_type ${sequenceToSequence}).`, "Fetch or export the adapter again.");
  return parsed.data;
}
