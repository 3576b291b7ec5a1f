import { open } from "node:fs/promises";
import { PromptTuningError } from "../../common/errors.js";
import type { DecoderConfiguration } from "../../engine/decoder/configuration.js";
import { decoderConfiguration, decoderFactsSchema, impossibleSizes } from "../families/decoder-sizes.js";
import { families, type Family, supportedFamilies } from "../families/family.js";
import { longRopeAmplitude, mostScaling, type RotaryOptions } from "../families/rotary-table.js";
import { yarnAmplitude, yarnDivisors } from "../families/yarn.js";
import { weightOrigins, type WeightOrigin } from "../families/weight-origin.js";
import { quoted } from "../quoted.js";
import { checkTypeSupported } from "./dequantize.js";
import type { GgufContents } from "./header.js";
import { metadataNumber, metadataStrings, metadataText } from "./metadata.js";
import { readTensor } from "./read-tensor.js";
import { ggufTensorName } from "./tensor-names.js";

export interface GgufDecoder {
  readonly family: Family;
  readonly configuration: DecoderConfiguration;
  /** Where the engine's weights lie, every one checked against the file's tensors. */
  readonly origins: ReadonlyMap<string, WeightOrigin>;
}

/** Divisors of the rotary frequencies, by file: Llama 3's, and those of LongRoPE for short texts. */
const divisorTensors = ["rope_freqs.weight", "rope_factors_short.weight"];
/** Tensors that change nothing: LongRoPE's divisors for texts beyond the context that is offered. */
const passedOver = new Set([...divisorTensors, "rope_factors_long.weight"]);

/**
 * The decoder in a GGUF file, from its metadata, checked against the shapes of its tensors. Throws a
 * PromptTuningError of kind "model" that names what is missing, wrong or not supported.
 */
export async function readGgufDecoder(header: GgufContents): Promise<GgufDecoder> {
  const { metadata, tensors, file } = header;
  const family = familyOf(header);
  const name = family.gguf.architecture!;
  const refuse = (reason: string): PromptTuningError => unusable(file, name, reason);
  const number = (key: string): number | undefined => metadataNumber(metadata, `${name}.${key}`, file);
  checkNothingUnsupported(header, name, refuse);

  const attentionHeads = number("attention.head_count");
  const hiddenSize = number("embedding_length");
  const headSize = number("attention.key_length") ?? (hiddenSize ?? NaN) / (attentionHeads ?? NaN);
  const originalContext = number("rope.scaling.original_context_length");
  const extended = number("context_length");
  // With LongRoPE, what stands in a text changes with its length beyond the original context: it is not offered.
  const isLongRope = tensors.has("rope_factors_short.weight");
  const parsed = decoderFactsSchema.safeParse({
    hiddenSize,
    layers: number("block_count"),
    attentionHeads,
    keyValueHeads: number("attention.head_count_kv") ?? attentionHeads,
    headSize,
    feedForwardSize: number("feed_forward_length"),
    contextLength: isLongRope ? (originalContext ?? extended) : extended,
    normEpsilon: number(family.architecture.normalization === "layer" ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon"),
    vocabularySize: metadataStrings(metadata, "tokenizer.ggml.tokens", file)?.length ?? number("vocab_size"),
    tiedEmbeddings: !tensors.has("output.weight"),
    attentionSoftCap: number("attn_logit_softcapping"),
    outputSoftCap: number("final_logit_softcapping"),
    window: family.windowedLayers === "none" ? undefined : number("attention.sliding_window") || undefined,
  });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw refuse(`Its ${String(issue.path[0])} is missing or impossible (${issue.message}).`);
  }
  const facts = parsed.data;
  const rotated = number("rope.dimension_count") ?? facts.headSize;
  const impossible = impossibleSizes(facts, family.architecture.positions === "rotary" ? rotated : 2);
  if (impossible) throw refuse(impossible);
  const valueLength = number("attention.value_length") ?? facts.headSize;
  if (valueLength !== facts.headSize) throw refuse(`Values of ${valueLength} beside keys of ${facts.headSize} are not supported.`);
  const announced = number("vocab_size") ?? facts.vocabularySize;
  if (announced !== facts.vocabularySize) throw refuse(`It announces ${announced} tokens, but lists ${facts.vocabularySize}.`);
  const divisors = await readDivisors(header, rotated / 2, refuse);
  const theta = positive(number("rope.freq_base") ?? 10_000, refuse); // llama.cpp's default
  const yarn = yarnOptions(header, name, { theta, rotated }, originalContext ?? facts.contextLength, refuse);
  if (yarn && divisors) throw refuse("Its rotary embedding is scaled twice: by YaRN, and by a tensor of divisors.");
  const whole: RotaryOptions = {
    theta,
    rotated,
    factor: scalingFactor(header, name, refuse),
    divisors,
    amplitude: isLongRope ? (number("rope.scaling.attn_factor") ?? longRopeAmplitude((extended ?? 1) / facts.contextLength, facts.contextLength)) : 1,
    ...yarn,
  };
  const windowTheta = number("rope.freq_base_swa") ?? family.gguf.windowRopeTheta;
  const configuration = decoderConfiguration({
    family,
    facts,
    rotary: { whole, window: windowTheta === undefined ? undefined : { theta: positive(windowTheta, refuse), rotated } },
    attentionScale: attentionScale(family, facts),
  });
  const origins = weightOrigins(family, configuration, { name: ggufTensorName, inputFirst: false, permuted: family.gguf.permuted, normsAroundOne: false });
  checkTensors(origins, header, family, refuse);
  return { family, configuration, origins };
}

/** What the file divides the rotary frequencies by [pairs], where it does. */
async function readDivisors({ tensors }: GgufContents, pairs: number, refuse: Refuse): Promise<Float32Array | undefined> {
  const info = tensors.get(divisorTensors.find((name) => tensors.has(name)) ?? "");
  if (!info) return undefined;
  if (info.elements !== pairs) throw refuse(`The tensor ${info.name} holds ${info.elements} divisors of rotary frequencies; ${pairs} are needed.`);
  const handle = await open(info.file, "r");
  try {
    const divisors = await readTensor(handle, info);
    if (divisors.every((value) => value > 0)) return divisors;
    throw refuse(`The tensor ${info.name} holds divisors of rotary frequencies that are not above 0.`);
  } finally {
    await handle.close();
  }
}

function unusable(file: string, architecture: string, reason: string): PromptTuningError {
  return new PromptTuningError("model", `The model file ${file} is not a usable ${architecture} model.`, { reason, advice: "Use another file of this model, or another model.", file });
}

function familyOf({ metadata, file }: GgufContents): Family {
  const architecture = metadataText(metadata, "general.architecture", file);
  const family = families.find(({ gguf }) => gguf.architecture !== undefined && gguf.architecture === architecture);
  if (family) return family;
  throw new PromptTuningError(
    "model",
    architecture === undefined ? `The model file ${file} does not name its architecture.` : `The architecture ${quoted(architecture)} is not supported.`,
    { reason: supportedFamilies(({ gguf }) => (gguf.architecture === undefined ? [] : [gguf.architecture])), advice: "Use a model of one of these families, or an ONNX export of this one.", file },
  );
}

type Refuse = (reason: string) => PromptTuningError;

function positive(value: number, refuse: Refuse): number {
  if (value > 0) return value;
  throw refuse(`The base of its rotary embedding is ${value}.`);
}

/** Variants that would compute something else than the plain model: refused, not ignored. */
function checkNothingUnsupported({ metadata, file }: GgufContents, name: string, refuse: Refuse): void {
  if ((metadataNumber(metadata, `${name}.expert_count`, file) ?? 0) > 0) throw refuse("Mixtures of experts are not supported.");
  const heads = metadata.get(`${name}.attention.head_count_kv`) ?? metadata.get(`${name}.feed_forward_length`);
  if (ArrayBuffer.isView(heads)) throw refuse("Layers of different sizes are not supported.");
}

/** What all frequencies are divided by. Llama 3's and LongRoPE's own scalings lie in tensors. */
function scalingFactor({ metadata, file }: GgufContents, name: string, refuse: Refuse): number {
  const type = metadataText(metadata, `${name}.rope.scaling.type`, file) ?? "none";
  const factor = metadataNumber(metadata, `${name}.rope.scaling.factor`, file) ?? metadataNumber(metadata, `${name}.rope.scale_linear`, file) ?? 1;
  if (type === "longrope" || type === "yarn") return 1;
  if (type !== "none" && type !== "linear") throw refuse(`Scaling of the rotary embedding of the kind ${quoted(type)} is not supported; "linear", "yarn", "longrope" and Llama 3's are.`);
  if (!(factor > 0 && factor <= mostScaling)) throw refuse(`The factor of its rotary scaling is ${factor}.`);
  return factor;
}

/** YaRN with llama.cpp's settings, whose defaults are the paper's; others that change its amplitude are refused. */
function yarnOptions({ metadata, file }: GgufContents, name: string, plain: { theta: number; rotated: number }, originalContext: number, refuse: Refuse): Pick<RotaryOptions, "divisors" | "amplitude"> | undefined {
  if (metadataText(metadata, `${name}.rope.scaling.type`, file) !== "yarn") return undefined;
  const number = (key: string): number | undefined => metadataNumber(metadata, `${name}.rope.scaling.${key}`, file);
  const changed = ["attn_factor", "yarn_attn_factor", "yarn_ext_factor"].find((key) => ![1, undefined].includes(number(key))) ?? (number("yarn_log_multiplier") ? "yarn_log_multiplier" : undefined);
  if (changed) throw refuse(`YaRN with the setting rope.scaling.${changed} is not supported.`);
  const factor = number("factor");
  if (factor === undefined) throw refuse("Its YaRN scaling lacks rope.scaling.factor.");
  try {
    return { divisors: yarnDivisors(plain, { factor, originalContext, fastTurns: number("yarn_beta_fast"), slowTurns: number("yarn_beta_slow") }), amplitude: yarnAmplitude(factor) };
  } catch (error) {
    throw error instanceof RangeError ? refuse(error.message) : error;
  }
}

/** Gemma's largest models scale by the width a head has on average instead of its own (llama.cpp: llama_model::load_hparams). */
function attentionScale({ name }: Family, { layers, hiddenSize, attentionHeads }: { layers: number; hiddenSize: number; attentionHeads: number }): number | undefined {
  const is27B = (name === "gemma2" && layers === 46) || (name === "gemma3" && layers === 62);
  return is27B ? 1 / Math.sqrt(hiddenSize / attentionHeads) : undefined;
}

function checkTensors(origins: ReadonlyMap<string, WeightOrigin>, { tensors, file }: GgufContents, { gguf }: Family, refuse: Refuse): void {
  const needed = new Set<string>();
  for (const { tensor: name, shape } of origins.values()) {
    const tensor = tensors.get(name);
    if (!tensor) throw refuse(`The tensor ${name} is missing.`);
    if (tensor.shape.length !== shape.length || tensor.shape.some((length, index) => length !== shape[index])) {
      throw refuse(`The tensor ${name} has the shape [${tensor.shape.join(", ")}] instead of [${shape.join(", ")}].`);
    }
    checkTypeSupported(tensor.type, name, file);
    needed.add(name);
  }
  // A bias or an extra norm changes what the model computes: it may not be passed over.
  const extra = [...tensors.keys()].find((name) => !needed.has(name) && !passedOver.has(name));
  if (extra !== undefined) throw refuse(`The tensor ${quoted(extra)} does not belong to a plain ${gguf.architecture} model.`);
}
