/**
 * How a decoder computes: everything by which one family differs from another. The graph builder reads this and
 * knows no family by name.
 */
export interface DecoderArchitecture {
  /** "rms": x / √(mean x² + ε) ⊙ w (Zhang & Sennrich 2019). "layer": LayerNorm, with a bias (Ba et al. 2016). */
  readonly normalization: "rms" | "layer";
  /** "gelu" is its approximation by tanh (Hendrycks & Gimpel 2016). */
  readonly activation: "silu" | "gelu";
  /** Gated: down(activation(gate x) ⊙ up x) (Shazeer 2020); else down(activation(up x)). */
  readonly gatedFeedForward: boolean;
  /** Biases of the projections to queries, keys and values. */
  readonly attentionBias: boolean;
  readonly attentionOutputBias: boolean;
  readonly feedForwardBias: boolean;
  /** An RMS norm over every head of queries and keys, before they are rotated. */
  readonly queryKeyNorms: boolean;
  /** Norms also behind attention and feed-forward, before their sum with the residual ("sandwich"). */
  readonly sandwichNorms: boolean;
  /** "rotary": queries and keys are rotated (Su et al. 2021). "learned": a vector is added to each embedding. */
  readonly positions: "rotary" | "learned";
}

/** One rotary embedding: the angle of pair i at position p is p·inverseFrequencies[i]. */
export interface RotaryTable {
  /** [rotated values of a head / 2] */
  readonly inverseFrequencies: readonly number[];
  /** What cosine and sine are multiplied with (1 but for some scalings to long contexts). */
  readonly amplitude: number;
}

export interface LayerKind {
  /** Whether the layer sees only the last `window` positions. */
  readonly windowed: boolean;
  /** Index into `rotaryTables`. */
  readonly rotary: number;
}

/** Sizes and constants of a decoder, beside its architecture. */
export interface DecoderConfiguration extends DecoderArchitecture {
  /** Width of an embedding (d). */
  readonly hiddenSize: number;
  readonly layers: number;
  readonly attentionHeads: number;
  /** Fewer than attentionHeads under grouped-query attention (Ainslie et al. 2023). */
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly feedForwardSize: number;
  readonly contextLength: number;
  readonly normEpsilon: number;
  readonly vocabularySize: number;
  /** Whether the output matrix is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
  /**
   * What a row of the embedding matrix is multiplied with before the first layer. Soft prompts are vectors after
   * that, as in PEFT.
   */
  readonly embeddingScale: number;
  /** What the products of queries and keys are multiplied with. */
  readonly attentionScale: number;
  /** c: scores s of attention become c·tanh(s / c) before the mask (Gemma 2, section 2). */
  readonly attentionSoftCap?: number;
  /** The same for the scores over the vocabulary. */
  readonly outputSoftCap?: number;
  /** Positions that a windowed layer sees, itself included. */
  readonly window?: number;
  readonly rotaryTables: readonly RotaryTable[];
  /** One a layer. */
  readonly layerKinds: readonly LayerKind[];
}

/** Which attention masks a model's layers need. */
export function masksOf({ layerKinds }: Pick<DecoderConfiguration, "layerKinds">): readonly ("whole" | "window")[] {
  const kinds = new Set(layerKinds.map(({ windowed }) => (windowed ? "window" : "whole") as "whole" | "window"));
  return [...kinds].sort().reverse();
}
