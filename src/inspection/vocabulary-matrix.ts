/** A vocabulary's embeddings: matrix [rows, width], row-major. */
export interface VocabularyMatrix {
  readonly matrix: Float32Array;
  readonly rows: number;
  readonly width: number;
}
