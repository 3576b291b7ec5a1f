import type { LayerKind, RotaryTable } from "../decoder/configuration.js";

/**
 * How an encoder computes: everything by which one family differs from another. The graph builder reads this and
 * knows no family by name.
 */
export interface EncoderArchitecture {
  /** Where a layer's LayerNorms stand: behind the sum with the residual (Vaswani et al. 2017), or before attention and feed-forward. */
  readonly norms: "after" | "before";
  /** Gated: down(activation(gate x) ⊙ up x) (Shazeer 2020); else down(activation(up x)). */
  readonly gatedFeedForward: boolean;
  /** "rotary": queries and keys are rotated (Su et al. 2021). "learned": a vector is added to each embedding. */
  readonly positions: "rotary" | "learned";
  /** Whether the first layer's attention has a norm: not where one stands behind the embeddings and norms stand before. */
  readonly firstAttentionNorm: boolean;
  /** Whether a norm stands behind the last layer. */
  readonly finalNorm: boolean;
}

/** Sizes and constants of an encoder, beside its architecture. */
export interface EncoderConfiguration extends EncoderArchitecture {
  /** "gelu" is exact (by erf), "gelu-tanh" its approximation (Hendrycks & Gimpel 2016). */
  readonly activation: Activation;
  /** The same between the two products of the masked-LM head. */
  readonly headActivation: Activation;
  readonly normBias: boolean;
  /** Biases of the projections to and behind attention. */
  readonly attentionBias: boolean;
  readonly feedForwardBias: boolean;
  /** Width of an embedding (d). */
  readonly hiddenSize: number;
  readonly layers: number;
  readonly attentionHeads: number;
  readonly headSize: number;
  readonly feedForwardSize: number;
  /** Longest sequence in tokens. */
  readonly contextLength: number;
  /** Row of the table of learned positions that the first token takes (RoBERTa: 2). */
  readonly firstPosition: number;
  /** Rows of the table of token types; 0: none. All rows of a sequence are of the type 0. */
  readonly tokenTypes: number;
  readonly normEpsilon: number;
  readonly vocabularySize: number;
  /** Positions that a windowed layer sees to each side, itself not counted. */
  readonly window?: number;
  readonly rotaryTables: readonly RotaryTable[];
  /** One a layer. */
  readonly layerKinds: readonly LayerKind[];
  /** Whether the model has a pooler: tanh(W·h + b) of the first row's hidden state (Devlin et al. 2019). */
  readonly pooler: boolean;
  /** What turns hidden states into scores over the vocabulary, where the model has it. */
  readonly maskedHead?: MaskedHead;
}

export type Activation = "gelu" | "gelu-tanh" | "relu" | "silu";

/** norm(activation(W·h + b))·outputᵀ + bias (Devlin et al. 2019). */
export interface MaskedHead {
  /** Whether the first product has a bias. */
  readonly transformBias: boolean;
  /** Whether there is a bias over the vocabulary. */
  readonly outputBias: boolean;
  /** Whether the output matrix is the embedding matrix. */
  readonly tied: boolean;
}
