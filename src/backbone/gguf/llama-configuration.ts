import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import { checkTypeSupported } from "./dequantize.js";
import type { GgufHeader } from "./header.js";
import { metadataNumber, metadataStrings, metadataText, quoted, type GgufMetadata } from "./metadata.js";
import type { GgufTensorInfo } from "./tensor-table.js";

const size = (most: number) => z.int().min(1).max(most);

const configurationSchema = z.object({
  /** Width of an embedding (d). */
  hiddenSize: size(1 << 20),
  layers: size(4096),
  attentionHeads: size(4096),
  keyValueHeads: size(4096),
  headSize: size(1 << 16),
  feedForwardSize: size(1 << 22),
  /** Longest sequence in tokens. */
  contextLength: size(1 << 30),
  /** Base of the rotary embedding's frequencies. */
  ropeTheta: z.number().positive(),
  /** Epsilon of the RMS norms. */
  normEpsilon: z.number().positive().max(1),
  vocabularySize: size(1 << 24),
  /** Whether the output matrix is the embedding matrix (the file has no output.weight). */
  tiedEmbeddings: z.boolean(),
});
export type LlamaConfiguration = z.infer<typeof configurationSchema>;

/**
 * The configuration of a llama model, from the metadata of its GGUF file and checked against the shapes of its
 * tensors. Throws a PromptTuningError of kind "model" that names what is missing, wrong or not supported.
 */
export function readLlamaConfiguration(header: GgufHeader): LlamaConfiguration {
  const { metadata, tensors, file } = header;
  checkArchitecture(metadata, file);
  checkNothingUnsupported(header);
  const number = (key: string) => metadataNumber(metadata, `llama.${key}`, file);
  const attentionHeads = number("attention.head_count");
  const hiddenSize = number("embedding_length");
  const vocabularySize = metadataStrings(metadata, "tokenizer.ggml.tokens", file)?.length ?? number("vocab_size");
  const parsed = configurationSchema.safeParse({
    hiddenSize,
    layers: number("block_count"),
    attentionHeads,
    keyValueHeads: number("attention.head_count_kv") ?? attentionHeads,
    headSize: number("attention.key_length") ?? (hiddenSize ?? NaN) / (attentionHeads ?? NaN),
    feedForwardSize: number("feed_forward_length"),
    contextLength: number("context_length"),
    ropeTheta: number("rope.freq_base") ?? 10000, // llama.cpp's default
    normEpsilon: number("attention.layer_norm_rms_epsilon"),
    vocabularySize,
    tiedEmbeddings: !tensors.has("output.weight"),
  });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw wrong(file, `Its ${String(issue.path[0])} is missing or impossible (${issue.message}).`);
  }
  const configuration = parsed.data;
  checkHeads(configuration, number, file);
  checkTensors(configuration, tensors, file);
  return configuration;
}

/** Every tensor of a llama model with its row-major shape, in the order of the computation. */
export function* llamaTensorShapes(configuration: LlamaConfiguration): Generator<readonly [name: string, shape: readonly number[]]> {
  const { hiddenSize, attentionHeads, keyValueHeads, headSize, feedForwardSize, vocabularySize } = configuration;
  yield ["token_embd.weight", [vocabularySize, hiddenSize]];
  for (let layer = 0; layer < configuration.layers; layer++) {
    yield [`blk.${layer}.attn_norm.weight`, [hiddenSize]];
    yield [`blk.${layer}.attn_q.weight`, [attentionHeads * headSize, hiddenSize]];
    yield [`blk.${layer}.attn_k.weight`, [keyValueHeads * headSize, hiddenSize]];
    yield [`blk.${layer}.attn_v.weight`, [keyValueHeads * headSize, hiddenSize]];
    yield [`blk.${layer}.attn_output.weight`, [hiddenSize, attentionHeads * headSize]];
    yield [`blk.${layer}.ffn_norm.weight`, [hiddenSize]];
    yield [`blk.${layer}.ffn_gate.weight`, [feedForwardSize, hiddenSize]];
    yield [`blk.${layer}.ffn_up.weight`, [feedForwardSize, hiddenSize]];
    yield [`blk.${layer}.ffn_down.weight`, [hiddenSize, feedForwardSize]];
  }
  yield ["output_norm.weight", [hiddenSize]];
  if (!configuration.tiedEmbeddings) yield ["output.weight", [vocabularySize, hiddenSize]];
}

function wrong(file: string, reason: string): PromptTuningError {
  return new PromptTuningError("model", `The model file ${file} is not a usable llama model.`, {
    reason,
    advice: "Use another file of this model, or another model.",
    file,
  });
}

function checkArchitecture(metadata: GgufMetadata, file: string): void {
  const architecture = metadataText(metadata, "general.architecture", file);
  if (architecture === "llama") return;
  throw new PromptTuningError(
    "model",
    architecture === undefined ? `The model file ${file} does not name its architecture.` : `The architecture ${quoted(architecture)} is not supported.`,
    { reason: "Of GGUF models only the llama architecture is supported today.", advice: "Use a llama-style model, such as smollm2-135m-instruct.", file },
  );
}

/** Variants of llama that would compute something else than the plain model: refused, not ignored. */
function checkNothingUnsupported({ metadata, tensors, file }: GgufHeader): void {
  if ((metadataNumber(metadata, "llama.expert_count", file) ?? 0) > 0) throw wrong(file, "Mixtures of experts are not supported.");
  const scaling = metadataText(metadata, "llama.rope.scaling.type", file) ?? "none";
  if (scaling !== "none") throw wrong(file, `Scaling of the rotary embedding (${quoted(scaling)}) is not supported.`);
  for (const key of ["llama.rope.scale_linear", "llama.rope.scaling.factor"]) {
    if ((metadataNumber(metadata, key, file) ?? 1) !== 1) throw wrong(file, `Scaling of the rotary embedding (${key}) is not supported.`);
  }
  if (tensors.has("rope_freqs.weight")) throw wrong(file, "Frequency factors of the rotary embedding (rope_freqs.weight) are not supported.");
}

function checkHeads(configuration: LlamaConfiguration, number: (key: string) => number | undefined, file: string): void {
  const { attentionHeads, keyValueHeads, headSize } = configuration;
  if (attentionHeads % keyValueHeads !== 0) {
    throw wrong(file, `${attentionHeads} attention heads cannot share ${keyValueHeads} key–value heads evenly.`);
  }
  if (headSize % 2 !== 0) throw wrong(file, `A head of ${headSize} values cannot be rotated in pairs.`);
  const rotated = number("rope.dimension_count") ?? headSize;
  if (rotated !== headSize) throw wrong(file, `Rotating ${rotated} of a head's ${headSize} values is not supported.`);
  const valueLength = number("attention.value_length") ?? headSize;
  if (valueLength !== headSize) throw wrong(file, `Values of ${valueLength} beside keys of ${headSize} are not supported.`);
  const vocabulary = number("vocab_size") ?? configuration.vocabularySize;
  if (vocabulary !== configuration.vocabularySize) {
    throw wrong(file, `It announces ${vocabulary} tokens, but lists ${configuration.vocabularySize}.`);
  }
}

function checkTensors(configuration: LlamaConfiguration, tensors: ReadonlyMap<string, GgufTensorInfo>, file: string): void {
  let expected = 0;
  for (const [name, shape] of llamaTensorShapes(configuration)) {
    const tensor = tensors.get(name);
    if (!tensor) throw wrong(file, `The tensor ${name} is missing.`);
    if (tensor.shape.length !== shape.length || tensor.shape.some((length, index) => length !== shape[index])) {
      throw wrong(file, `The tensor ${name} has the shape [${tensor.shape.join(", ")}] instead of [${shape.join(", ")}].`);
    }
    checkTypeSupported(tensor.type, name, file);
    expected++;
  }
  if (expected === tensors.size) return;
  // A bias or an extra norm changes what the model computes: it may not be passed over.
  const known = new Set([...llamaTensorShapes(configuration)].map(([name]) => name));
  const extra = [...tensors.keys()].find((name) => !known.has(name))!;
  throw wrong(file, `The tensor ${quoted(extra)} does not belong to a plain llama model.`);
}
