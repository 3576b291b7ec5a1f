/** Sizes and constants of a llama-style decoder. */
export interface DecoderConfiguration {
  /** Width of an embedding (d). */
  readonly hiddenSize: number;
  readonly layers: number;
  readonly attentionHeads: number;
  /** Fewer than attentionHeads under grouped-query attention (Ainslie et al. 2023). */
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly feedForwardSize: number;
  readonly contextLength: number;
  readonly ropeTheta: number;
  readonly normEpsilon: number;
  readonly vocabularySize: number;
  /** Whether the output matrix is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
}
