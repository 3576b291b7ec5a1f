import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import { encoderDecoderFamilies } from "../families/encoder-decoder/family.js";
import { encoderFamilies } from "../families/encoder/family.js";
import { decoderFamilyOf, supportedFamilies, type Family } from "../families/family.js";
import { quoted } from "../quoted.js";

const number = z.number().nullish();
const list = z.array(z.number()).max(1 << 15).nullish();

/** One entry of rope_parameters (transformers 5), or rope_scaling of older files. */
const ropeSchema = z.looseObject({
  rope_type: z.string().nullish(),
  /** Older files' word for rope_type. */
  type: z.string().nullish(),
  rope_theta: number,
  partial_rotary_factor: number,
  factor: number,
  attention_factor: number,
  low_freq_factor: number,
  high_freq_factor: number,
  original_max_position_embeddings: number,
  short_factor: list,
  beta_fast: number,
  beta_slow: number,
  mscale: number,
  mscale_all_dim: number,
  truncate: z.boolean().nullish(),
});
export type RopeParameters = z.infer<typeof ropeSchema>;

const ropeByKind = z.looseObject({ full_attention: ropeSchema, sliding_attention: ropeSchema });

/** config.json of transformers, as far as decoders need it. GPT-2 has names of its own. */
export const configurationSchema = z.looseObject({
  model_type: z.string(),
  vocab_size: number,
  hidden_size: number,
  n_embd: number,
  num_hidden_layers: number,
  n_layer: number,
  num_attention_heads: number,
  n_head: number,
  num_key_value_heads: number,
  head_dim: number,
  intermediate_size: number,
  n_inner: number,
  max_position_embeddings: number,
  n_positions: number,
  original_max_position_embeddings: number,
  rms_norm_eps: number,
  layer_norm_epsilon: number,
  tie_word_embeddings: z.boolean().nullish(),
  hidden_act: z.string().nullish(),
  hidden_activation: z.string().nullish(),
  activation_function: z.string().nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  scale_attn_weights: z.boolean().nullish(),
  scale_attn_by_inverse_layer_idx: z.boolean().nullish(),
  add_cross_attention: z.boolean().nullish(),
  use_bidirectional_attention: z.boolean().nullish(),
  quantization_config: z.unknown().optional(),
  sliding_window: number,
  use_sliding_window: z.boolean().nullish(),
  layer_types: z.array(z.string()).max(4096).nullish(),
  query_pre_attn_scalar: number,
  attn_logit_softcapping: number,
  final_logit_softcapping: number,
  rope_theta: number,
  rope_local_base_freq: number,
  partial_rotary_factor: number,
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: z.union([ropeByKind, ropeSchema]).nullish(),
});
export type ConfigurationFile = z.infer<typeof configurationSchema>;

const mostCharacters = 4 * 1024 * 1024;

/** @throws PromptTuningError kind "model": no JSON, or not such a file. */
export function parseConfigurationFile(text: string, file: string): ConfigurationFile {
  try {
    if (text.length > mostCharacters) throw new Error(`It has ${text.length} characters; at most ${mostCharacters} are read.`);
    return configurationSchema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? `${quoted(cause.issues[0].path.join("."))}: ${cause.issues[0].message}.` : cause instanceof Error ? cause.message : String(cause);
    throw new PromptTuningError("model", "The model's config.json cannot be read.", { reason: reason.slice(0, 300), advice: "Fetch or save the model again.", file, cause });
  }
}

/** @throws PromptTuningError kind "model": names what is supported. */
export function familyOfModelType(modelType: string, file: string): Family {
  const family = decoderFamilyOf(modelType);
  if (family) return family;
  throw new PromptTuningError("model", `The architecture ${quoted(modelType)} is not supported.`, {
    reason: `${supportedFamilies(({ huggingFace }) => huggingFace.modelTypes)} Encoders: ${encoderFamilies.flatMap(({ modelTypes, title }) => modelTypes.map((type) => `${type} (${title})`)).join(", ")}. Encoder-decoders: ${encoderDecoderFamilies.map(({ huggingFace, title }) => `${huggingFace.modelType} (${title})`).join(", ")}.`,
    advice: "Use a model of one of these families, or an ONNX export of this one.",
    file,
  });
}
