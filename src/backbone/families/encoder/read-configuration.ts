import { z } from "zod";
import { PromptTuningError } from "../../../common/errors.js";
import type { Activation, EncoderConfiguration, MaskedHead } from "../../../engine/encoder/configuration.js";
import { quoted } from "../../quoted.js";
import { rotaryTable } from "../rotary-table.js";
import type { EncoderFamily } from "./family.js";
import { bodyPrefix, type HasTensor, outputBias } from "./weight-origins.js";

const size = (most: number) => z.int().min(1).max(most);

/** What an encoder's config.json must tell. The bounds keep what is allocated for a hostile file small. */
const factsSchema = z.object({
  hiddenSize: size(1 << 20),
  layers: size(4096),
  attentionHeads: size(4096),
  feedForwardSize: size(1 << 22),
  positions: size(1 << 30),
  normEpsilon: z.number().positive().max(1),
  vocabularySize: size(1 << 24),
  tokenTypes: z.int().min(0).max(1024),
});

const activations: Readonly<Record<string, Activation>> = { gelu: "gelu", gelu_new: "gelu-tanh", gelu_pytorch_tanh: "gelu-tanh", relu: "relu", silu: "silu", swish: "silu" };

/** config.json as it was parsed; only what is asked for is looked at. */
export type EncoderConfigurationFile = Readonly<Record<string, unknown>>;

/**
 * The encoder that a config.json of transformers describes, with those of its heads that the files hold.
 * @throws PromptTuningError kind "model" that names what is missing, impossible or not supported.
 */
export function readEncoderConfiguration(config: EncoderConfigurationFile, family: EncoderFamily, has: HasTensor, file: string): EncoderConfiguration {
  const refuse = (reason: string): PromptTuningError =>
    new PromptTuningError("model", `The model of ${file} is not a usable ${family.name} model.`, { reason, advice: "Use another model of this family, or an ONNX export of this one.", file });
  const { settings } = family;
  const setting = (name: keyof typeof settings): unknown => (settings[name] === undefined ? undefined : (config[settings[name]] ?? undefined));
  checkNothingUnsupported(config, refuse);
  const parsed = factsSchema.safeParse({
    hiddenSize: setting("hiddenSize"),
    layers: setting("layers"),
    attentionHeads: setting("attentionHeads"),
    feedForwardSize: setting("feedForwardSize"),
    positions: config.max_position_embeddings,
    // DistilBERT's is not a setting.
    normEpsilon: settings.normEpsilon === undefined ? 1e-12 : setting("normEpsilon"),
    vocabularySize: config.vocab_size,
    tokenTypes: settings.tokenTypes === undefined ? 0 : setting("tokenTypes"),
  });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw refuse(`Its ${String(issue.path[0])} is missing or impossible (${issue.message}).`);
  }
  const { positions, ...facts } = parsed.data;
  const headSize = facts.hiddenSize / facts.attentionHeads;
  if (!Number.isInteger(headSize)) throw refuse(`A width of ${facts.hiddenSize} cannot be shared by ${facts.attentionHeads} heads.`);
  if (positions <= family.firstPosition) throw refuse(`It has ${positions} positions, of which the first ${family.firstPosition} stand for padding.`);
  const rotary = family.architecture.positions === "rotary" ? rotaryLayers(config, facts.layers, headSize, refuse) : undefined;
  const activation = activationOf(setting("activation"), refuse);
  return {
    ...family.architecture,
    ...facts,
    headSize,
    contextLength: positions - family.firstPosition,
    firstPosition: family.firstPosition,
    activation,
    headActivation: family.headActivation ?? (settings.headBias === undefined ? activation : activationOf(config.classifier_activation ?? "gelu", refuse)),
    normBias: settings.normBias === undefined || setting("normBias") === true,
    attentionBias: settings.attentionBias === undefined || setting("attentionBias") === true,
    feedForwardBias: settings.feedForwardBias === undefined || setting("feedForwardBias") === true,
    rotaryTables: rotary?.rotaryTables ?? [],
    layerKinds: rotary?.layerKinds ?? Array.from({ length: facts.layers }, () => ({ windowed: false, rotary: 0 })),
    window: rotary?.window,
    pooler: family.names.pooler !== undefined && has(`${bodyPrefix(family, has)}${family.names.pooler}.weight`),
    maskedHead: maskedHeadOf(config, family, has),
  };
}

function checkNothingUnsupported(config: EncoderConfigurationFile, refuse: (reason: string) => PromptTuningError): void {
  if (config.quantization_config) throw refuse("Its weights are quantised; only bf16, fp16 and fp32 are read from safetensors.");
  if (config.is_decoder === true || config.add_cross_attention === true) throw refuse("It is set up as a decoder (is_decoder).");
  const kind = config.position_embedding_type;
  if (kind !== undefined && kind !== null && kind !== "absolute") throw refuse(`Positions of the kind ${quoted(String(kind))} are not supported.`);
}

function activationOf(name: unknown, refuse: (reason: string) => PromptTuningError): Activation {
  if (typeof name === "string" && Object.hasOwn(activations, name)) return activations[name];
  throw refuse(`The activation ${quoted(String(name))} is not supported; ${Object.keys(activations).join(", ")} are.`);
}

/** The masked-LM head, where its tensors are there. ModernBERT's classifiers keep its first half, without the bias over the vocabulary. */
function maskedHeadOf(config: EncoderConfigurationFile, family: EncoderFamily, has: HasTensor): MaskedHead | undefined {
  const hasBias = outputBias(family, has) !== undefined;
  const expectsBias = family.settings.headBias === undefined || config.decoder_bias !== false;
  if (!has(`${family.maskedHead.transform}.weight`) || hasBias !== expectsBias) return undefined;
  return { transformBias: family.settings.headBias === undefined || config[family.settings.headBias] === true, outputBias: hasBias, tied: config.tie_word_embeddings !== false };
}

const rope = z.looseObject({ rope_type: z.string().nullish(), rope_theta: z.number().positive().nullish() });
const rotarySchema = z.looseObject({
  layer_types: z.array(z.enum(["full_attention", "sliding_attention"])).max(4096).nullish(),
  rope_parameters: z.looseObject({ full_attention: rope, sliding_attention: rope }).nullish(),
  global_rope_theta: z.number().positive().nullish(),
  local_rope_theta: z.number().positive().nullish(),
  global_attn_every_n_layers: z.int().min(1).nullish(),
  local_attention: z.int().min(1).max(1 << 30).nullish(),
  rope_scaling: z.unknown(),
});

/** ModernBERT: layers that see everything and layers with a window, each with a rotary embedding of its own (Warner et al. 2024). */
function rotaryLayers(config: EncoderConfigurationFile, layers: number, headSize: number, refuse: (reason: string) => PromptTuningError): Pick<EncoderConfiguration, "window" | "layerKinds" | "rotaryTables"> {
  const parsed = rotarySchema.safeParse(config);
  if (!parsed.success) throw refuse(`Its ${parsed.error.issues[0].path.join(".")} is impossible (${parsed.error.issues[0].message}).`);
  const { layer_types: types, rope_parameters: parameters, global_attn_every_n_layers: every, local_attention: local, rope_scaling: scaling, ...thetas } = parsed.data;
  const kindOf = [parameters?.full_attention, parameters?.sliding_attention].find((part) => part?.rope_type && part.rope_type !== "default")?.rope_type;
  if (kindOf || scaling) throw refuse(`Scaling of the rotary embedding${kindOf ? ` of the kind ${quoted(kindOf)}` : ""} is not supported for encoders.`);
  if (types && types.length !== layers) throw refuse(`It lists ${types.length} kinds of layers for ${layers} layers.`);
  if (headSize % 2 !== 0) throw refuse(`A head of ${headSize} values cannot be rotated in pairs.`);
  const windowed = Array.from({ length: layers }, (_, layer) => (types ? types[layer] === "sliding_attention" : layer % (every ?? 3) !== 0));
  const table = (theta: number) => rotaryTable({ theta, rotated: headSize });
  return {
    rotaryTables: [table(parameters?.full_attention.rope_theta ?? thetas.global_rope_theta ?? 160_000), table(parameters?.sliding_attention.rope_theta ?? thetas.local_rope_theta ?? 10_000)],
    layerKinds: windowed.map((isWindowed) => ({ windowed: isWindowed, rotary: isWindowed ? 1 : 0 })),
    window: Math.floor((local ?? 128) / 2),
  };
}
