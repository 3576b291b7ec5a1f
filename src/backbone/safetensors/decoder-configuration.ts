import { PromptTuningError } from "../../common/errors.js";
import type { DecoderConfiguration } from "../../engine/decoder/configuration.js";
import { decoderConfiguration, decoderFactsSchema, impossibleSizes } from "../families/decoder-sizes.js";
import type { Family } from "../families/family.js";
import { llama3Divisors, longRopeAmplitude, mostScaling, type RotaryOptions, rotaryTable } from "../families/rotary-table.js";
import { yarnAmplitude, yarnDivisors } from "../families/yarn.js";
import { quoted } from "../quoted.js";
import { type ConfigurationFile, familyOfModelType, parseConfigurationFile, type RopeParameters } from "./configuration-file.js";

export interface FolderDecoder {
  readonly family: Family;
  readonly configuration: DecoderConfiguration;
}

type Refuse = (reason: string) => PromptTuningError;

/**
 * The decoder that a config.json of transformers describes.
 * @throws PromptTuningError kind "model" that names what is missing, impossible or not supported.
 */
export function readFolderDecoder(text: string, file: string): FolderDecoder {
  const config = parseConfigurationFile(text, file);
  const family = familyOfModelType(config.model_type, file);
  const refuse: Refuse = (reason) => new PromptTuningError("model", `The model of ${file} is not a usable ${family.name} model.`, { reason, advice: "Use another model of this family, or an ONNX export of this one.", file });
  checkNothingUnsupported(config, family, refuse);

  const layers = config.num_hidden_layers ?? config.n_layer;
  const hiddenSize = config.hidden_size ?? config.n_embd;
  const attentionHeads = config.num_attention_heads ?? config.n_head;
  const headSize = config.head_dim ?? (hiddenSize ?? NaN) / (attentionHeads ?? NaN);
  const rope = ropeOf(config);
  const extended = config.max_position_embeddings ?? config.n_positions;
  const isLongRope = kindOf(rope.whole) === "longrope";
  // With LongRoPE, what stands in a text changes with its length beyond the original context: it is not offered.
  const original = isLongRope ? (rope.whole.original_max_position_embeddings ?? config.original_max_position_embeddings) : undefined;
  const windowed = windowedLayers(config, refuse);
  const parsed = decoderFactsSchema.safeParse({
    hiddenSize,
    layers,
    attentionHeads,
    keyValueHeads: config.num_key_value_heads ?? attentionHeads,
    headSize,
    feedForwardSize: config.intermediate_size ?? config.n_inner ?? (family.name === "gpt2" ? 4 * (hiddenSize ?? NaN) : undefined),
    contextLength: original ?? extended,
    normEpsilon: config.rms_norm_eps ?? config.layer_norm_epsilon,
    vocabularySize: config.vocab_size,
    tiedEmbeddings: config.tie_word_embeddings ?? family.huggingFace.tiedUnlessTold,
    attentionSoftCap: config.attn_logit_softcapping ?? undefined,
    outputSoftCap: config.final_logit_softcapping ?? undefined,
    window: windowOf(config, family, windowed),
  });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw refuse(`Its ${String(issue.path[0])} is missing or impossible (${issue.message}).`);
  }
  const facts = parsed.data;
  if (windowed && windowed.length !== facts.layers) throw refuse(`It lists ${windowed.length} kinds of layers for ${facts.layers} layers.`);
  const rotated = Math.trunc(facts.headSize * (rope.whole.partial_rotary_factor ?? config.partial_rotary_factor ?? 1));
  const impossible = impossibleSizes(facts, family.architecture.positions === "rotary" ? rotated : 2);
  if (impossible) throw refuse(impossible);
  const extension = { factor: (extended ?? facts.contextLength) / facts.contextLength, original: facts.contextLength };
  const scalar = config.query_pre_attn_scalar;
  if (typeof scalar === "number" && !(scalar > 0)) throw refuse(`Its query_pre_attn_scalar is ${scalar}.`);
  return {
    family,
    configuration: decoderConfiguration({
      family,
      facts,
      rotary: { whole: rotaryOptions(rope.whole, rotated, extension, refuse), window: rope.window && rotaryOptions(rope.window, rotated, extension, refuse) },
      windowed,
      attentionScale: typeof scalar === "number" ? 1 / Math.sqrt(scalar) : undefined,
    }),
  };
}

/** Variants that would compute something else than the family does: refused, not ignored. */
function checkNothingUnsupported(config: ConfigurationFile, { architecture, name }: Family, refuse: Refuse): void {
  if (config.quantization_config !== undefined && config.quantization_config !== null) throw refuse("Its weights are quantised; only bf16, fp16 and fp32 are read from safetensors.");
  if (config.attention_bias && !architecture.attentionBias) throw refuse("Biases in attention (attention_bias) are not supported for this family.");
  if (config.mlp_bias && !architecture.feedForwardBias) throw refuse("Biases in the feed-forward layers (mlp_bias) are not supported for this family.");
  if (config.scale_attn_weights === false || config.scale_attn_by_inverse_layer_idx || config.add_cross_attention) throw refuse("Its attention is scaled or wired in a way that is not supported.");
  if (config.use_bidirectional_attention) throw refuse("Attention in both directions is not supported.");
  const activation = config.hidden_activation ?? config.hidden_act ?? config.activation_function ?? undefined;
  const known = architecture.activation === "silu" ? ["silu", "swish"] : ["gelu_pytorch_tanh", "gelu_new"];
  if (activation !== undefined && !known.includes(activation)) throw refuse(`The activation ${quoted(activation)} is not supported for ${name}; ${known.join(" and ")} are.`);
}

/** By layer, where the file lists it. */
function windowedLayers({ layer_types: types }: ConfigurationFile, refuse: Refuse): boolean[] | undefined {
  const other = types?.find((type) => type !== "sliding_attention" && type !== "full_attention");
  if (other !== undefined) throw refuse(`Layers of the kind ${quoted(other)} are not supported.`);
  return types?.map((type) => type === "sliding_attention");
}

function windowOf(config: ConfigurationFile, { windowedLayers: byFamily, name }: Family, windowed: readonly boolean[] | undefined): number | undefined {
  // transformers' llama has no window, whatever its configuration says.
  if (name === "llama" || (windowed ? !windowed.includes(true) : byFamily === "none")) return undefined;
  return config.sliding_window ?? undefined;
}

/** Rotary embeddings of the layers that see everything and of those with a window, from files of any age. */
function ropeOf(config: ConfigurationFile): { whole: RopeParameters; window?: RopeParameters } {
  const { rope_parameters: parameters, rope_scaling: scaling, rope_theta: theta, rope_local_base_freq: local } = config;
  if (parameters && "full_attention" in parameters) return { whole: parameters.full_attention as RopeParameters, window: parameters.sliding_attention as RopeParameters };
  const whole = { rope_theta: theta, ...(scaling ?? {}), ...(parameters ?? {}) } as RopeParameters;
  const separate = config.model_type === "gemma3_text";
  return { whole: separate ? { ...whole, rope_theta: whole.rope_theta ?? 1e6 } : whole, window: separate ? ({ rope_theta: local ?? 10_000 } as RopeParameters) : undefined };
}

function kindOf({ rope_type, type }: RopeParameters): string {
  const kind = rope_type ?? type ?? "default";
  return kind === "su" ? "longrope" : kind;
}

function rotaryOptions(rope: RopeParameters, rotated: number, extension: { factor: number; original: number }, refuse: Refuse): RotaryOptions {
  const plain = { theta: rope.rope_theta ?? 10_000, rotated };
  if (!(plain.theta > 0)) throw refuse(`The base of its rotary embedding is ${plain.theta}.`);
  const needed = (name: keyof RopeParameters): number => {
    const value = rope[name];
    if (typeof value !== "number" || !(value > 0)) throw refuse(`Its rotary scaling lacks a positive ${String(name)}.`);
    if (name === "factor" && value > mostScaling) throw refuse(`The factor of its rotary scaling is ${value}; up to ${mostScaling} are possible.`);
    return value;
  };
  switch (kindOf(rope)) {
    case "default":
      return plain;
    case "linear":
      return { ...plain, factor: needed("factor") };
    case "llama3": {
      const scaling = { factor: needed("factor"), lowFrequencyFactor: needed("low_freq_factor"), highFrequencyFactor: needed("high_freq_factor"), originalContext: needed("original_max_position_embeddings") };
      if (scaling.highFrequencyFactor <= scaling.lowFrequencyFactor) throw refuse("Its rotary scaling has a high_freq_factor that is not above its low_freq_factor.");
      return { ...plain, divisors: llama3Divisors(rotaryTable(plain), scaling) };
    }
    case "yarn": {
      const given = (name: "beta_fast" | "beta_slow" | "attention_factor" | "mscale" | "mscale_all_dim"): number | undefined => rope[name] ?? undefined;
      // Files without a factor mean the ratio of the two contexts.
      const originalContext = rope.original_max_position_embeddings ?? extension.original;
      const factor = typeof rope.factor === "number" ? needed("factor") : extension.original / originalContext;
      const amplitude = given("attention_factor") ?? yarnAmplitude(factor, given("mscale"), given("mscale_all_dim"));
      if (!(amplitude > 0 && amplitude <= mostScaling)) throw refuse(`The attention_factor of its rotary scaling is ${amplitude}.`);
      try {
        return { ...plain, amplitude, divisors: yarnDivisors(plain, { factor, originalContext, fastTurns: given("beta_fast") || undefined, slowTurns: given("beta_slow") || undefined, truncate: rope.truncate ?? undefined }) };
      } catch (error) {
        throw error instanceof RangeError ? refuse(error.message) : error;
      }
    }
    case "longrope": {
      const divisors = rope.short_factor ?? [];
      if (divisors.length !== rotated / 2 || !divisors.every((value) => value > 0)) throw refuse(`Its rotary scaling has ${divisors.length} short factors; ${rotated / 2} positive ones are needed.`);
      return { ...plain, divisors, amplitude: rope.attention_factor ?? longRopeAmplitude(extension.factor, extension.original) };
    }
    default:
      throw refuse(`Scaling of the rotary embedding of the kind ${quoted(kindOf(rope))} is not supported; "linear", "llama3", "yarn" and "longrope" are.`);
  }
}
