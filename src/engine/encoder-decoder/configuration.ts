/**
 * How an encoder-decoder of T5's kind computes (Raffel et al. 2020; gated: Shazeer 2020): RMS norms before every part,
 * no biases, products of queries and keys that are not scaled, and a learned number added to them for every head and
 * bucket of relative positions.
 */
export interface EncoderDecoderArchitecture {
  /** "gelu" is its approximation by tanh (Hendrycks & Gimpel 2016). */
  readonly activation: "relu" | "gelu";
  /** Gated: down(activation(gate x) ⊙ up x); else down(activation(up x)). */
  readonly gatedFeedForward: boolean;
  /** "first": the first layer's relative positions serve all layers of its side (T5). "each": every layer has its own (UMT5). */
  readonly relativePositions: "first" | "each";
}

/** Sizes and constants, beside the architecture. */
export interface EncoderDecoderConfiguration extends EncoderDecoderArchitecture {
  /** Width of an embedding (d). */
  readonly hiddenSize: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly attentionHeads: number;
  readonly headSize: number;
  readonly feedForwardSize: number;
  readonly normEpsilon: number;
  readonly vocabularySize: number;
  /** Longest text of the encoder, and of the decoder, in tokens. */
  readonly contextLength: number;
  /** Buckets that relative positions fall into, and the distance from which on all fall into the last. */
  readonly buckets: number;
  readonly furthestDistance: number;
  /** Whether the output matrix is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
  /** What the last hidden states are multiplied with before the output matrix (1/√d in the first T5). */
  readonly outputScale: number;
  /** The token that the decoder reads before the answer. */
  readonly decoderStartId: number;
}

export const sides = ["encoder", "decoder"] as const;
export type Side = (typeof sides)[number];

export function layersOf(configuration: EncoderDecoderConfiguration, side: Side): number {
  return side === "encoder" ? configuration.encoderLayers : configuration.decoderLayers;
}

/** Name of the weight [buckets, attentionHeads] that a layer's self-attention looks its relative positions up in. */
export function relativePositionsOf({ relativePositions }: EncoderDecoderConfiguration, side: Side, layer: number): string {
  return `${side}.layers.${relativePositions === "first" ? 0 : layer}.relative_positions`;
}
