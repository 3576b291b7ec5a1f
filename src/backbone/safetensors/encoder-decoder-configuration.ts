import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";
import type { EncoderDecoderConfiguration } from "../../engine/encoder-decoder/configuration.js";
import type { EncoderDecoderFamily } from "../families/encoder-decoder/family.js";
import { quoted } from "../quoted.js";
import type { ConfigurationFile } from "./configuration-file.js";

// The bounds keep what is allocated for a hostile file small.
const size = (most: number) => z.int().min(1).max(most);

/** config.json of transformers' T5, mT5 and UMT5. */
const fileSchema = z.looseObject({
  d_model: size(1 << 20),
  d_kv: size(1 << 16),
  d_ff: size(1 << 22),
  num_heads: size(4096),
  num_layers: size(4096),
  num_decoder_layers: size(4096).nullish(),
  vocab_size: size(1 << 24),
  // Relative positions have no end; these models were trained on texts of 512 tokens.
  n_positions: size(1 << 30).nullish(),
  // Half of an encoder's buckets are for either direction, half of those for single offsets.
  relative_attention_num_buckets: z.int().min(4).max(1 << 16).multipleOf(2).default(32),
  relative_attention_max_distance: size(1 << 20).default(128),
  layer_norm_epsilon: z.number().positive().max(1).default(1e-6),
  feed_forward_proj: z.string().nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  scale_decoder_outputs: z.boolean().nullish(),
  decoder_start_token_id: z.int().min(0).nullish(),
  pad_token_id: z.int().min(0).nullish(),
  quantization_config: z.unknown().optional(),
});

/** What feed_forward_proj can be. transformers takes its "gated-gelu" as the approximation by tanh, a plain "gelu" not. */
const feedForwards: Readonly<Record<string, Pick<EncoderDecoderConfiguration, "activation" | "gatedFeedForward">>> = {
  relu: { activation: "relu", gatedFeedForward: false },
  "gated-relu": { activation: "relu", gatedFeedForward: true },
  gelu_new: { activation: "gelu", gatedFeedForward: false },
  "gated-gelu": { activation: "gelu", gatedFeedForward: true },
  "gated-gelu_new": { activation: "gelu", gatedFeedForward: true },
};

/**
 * The encoder-decoder that a config.json describes.
 * @param hasOutput whether the weights hold an output matrix of their own; without one it is the embeddings
 * @throws PromptTuningError kind "model" that names what is missing, impossible or not supported.
 */
export function readEncoderDecoderConfiguration(config: ConfigurationFile, family: EncoderDecoderFamily, hasOutput: boolean, file: string): EncoderDecoderConfiguration {
  const refuse = (reason: string): PromptTuningError =>
    new PromptTuningError("model", `The model of ${file} is not a usable ${family.name} model.`, { reason, advice: "Use another model of this family, or an ONNX export of this one.", file });
  const parsed = fileSchema.safeParse(config);
  if (!parsed.success) throw refuse(`Its ${parsed.error.issues[0].path.join(".")} is missing or impossible (${parsed.error.issues[0].message}).`);
  const facts = parsed.data;
  if (facts.quantization_config !== undefined && facts.quantization_config !== null) throw refuse("Its weights are quantised; only bf16, fp16 and fp32 are read from safetensors.");
  const kind = facts.feed_forward_proj ?? family.huggingFace.feedForward;
  if (!Object.hasOwn(feedForwards, kind)) throw refuse(`Feed-forward layers of the kind ${quoted(kind)} are not supported; ${Object.keys(feedForwards).join(", ")} are.`);
  const decoderStartId = facts.decoder_start_token_id ?? facts.pad_token_id ?? 0;
  if (decoderStartId >= facts.vocab_size) throw refuse(`Its decoder starts with token ${decoderStartId}, but it has ${facts.vocab_size} tokens.`);
  if (facts.relative_attention_max_distance <= facts.relative_attention_num_buckets / 2) throw refuse("Its relative_attention_max_distance is not above half of its relative_attention_num_buckets.");
  // Files of transformers 5 tell the scale itself; before, it hung on whether the output matrix was tied.
  const scaled = family.huggingFace.scalesOutput && (facts.scale_decoder_outputs ?? facts.tie_word_embeddings !== false);
  return {
    ...feedForwards[kind],
    relativePositions: family.relativePositions,
    hiddenSize: facts.d_model,
    encoderLayers: facts.num_layers,
    decoderLayers: facts.num_decoder_layers ?? facts.num_layers,
    attentionHeads: facts.num_heads,
    headSize: facts.d_kv,
    feedForwardSize: facts.d_ff,
    normEpsilon: facts.layer_norm_epsilon,
    vocabularySize: facts.vocab_size,
    contextLength: facts.n_positions ?? 512,
    buckets: facts.relative_attention_num_buckets,
    furthestDistance: facts.relative_attention_max_distance,
    tiedEmbeddings: !hasOutput,
    outputScale: scaled ? 1 / Math.sqrt(facts.d_model) : 1,
    decoderStartId,
  };
}
