import type { EncoderDecoderArchitecture } from "../../../engine/encoder-decoder/configuration.js";

/** A family of encoder-decoders: how it computes, and what its files call things. */
export interface EncoderDecoderFamily {
  /** As BackboneDescription.family gives it. */
  readonly name: string;
  /** Models that people know it by. */
  readonly title: string;
  readonly relativePositions: EncoderDecoderArchitecture["relativePositions"];
  readonly huggingFace: {
    /** config.json's model_type. */
    readonly modelType: string;
    /** feed_forward_proj where the file does not say it. */
    readonly feedForward: string;
    /** Whether last hidden states are multiplied with 1/√d unless the file says that the output matrix is not tied. */
    readonly scalesOutput: boolean;
  };
}

export const encoderDecoderFamilies: readonly EncoderDecoderFamily[] = [
  { name: "t5", title: "T5, T5 1.1, Flan-T5", relativePositions: "first", huggingFace: { modelType: "t5", feedForward: "relu", scalesOutput: true } },
  { name: "mt5", title: "mT5", relativePositions: "first", huggingFace: { modelType: "mt5", feedForward: "gated-gelu", scalesOutput: false } },
  { name: "umt5", title: "UMT5", relativePositions: "each", huggingFace: { modelType: "umt5", feedForward: "gated-gelu", scalesOutput: true } },
];

/** The family of a config.json's model_type, where it is one of encoder-decoders. */
export function encoderDecoderFamilyOf(modelType: string): EncoderDecoderFamily | undefined {
  return encoderDecoderFamilies.find(({ huggingFace }) => huggingFace.modelType === modelType);
}

/** The layers' parts as transformers names them, below "{side}.block.{layer}.". A decoder has one more part, so its feed-forward is the third. */
export function huggingFaceNames(side: "encoder" | "decoder", gated: boolean): Readonly<Record<string, string>> {
  const feedForward = side === "encoder" ? "layer.1" : "layer.2";
  const attention = { query: "q", key: "k", value: "v", attention_output: "o" };
  return {
    attention_norm: "layer.0.layer_norm",
    relative_positions: "layer.0.SelfAttention.relative_attention_bias",
    ...Object.fromEntries(Object.entries(attention).map(([ours, theirs]) => [ours, `layer.0.SelfAttention.${theirs}`])),
    cross_norm: "layer.1.layer_norm",
    ...Object.fromEntries(Object.entries(attention).map(([ours, theirs]) => [`cross_${ours}`, `layer.1.EncDecAttention.${theirs}`])),
    feed_forward_norm: `${feedForward}.layer_norm`,
    gate: `${feedForward}.DenseReluDense.wi_0`,
    up: `${feedForward}.DenseReluDense.${gated ? "wi_1" : "wi"}`,
    down: `${feedForward}.DenseReluDense.wo`,
  };
}
