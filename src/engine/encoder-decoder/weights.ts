import type { Initializer } from "../graph/initializer.js";
import { type EncoderDecoderConfiguration, layersOf, sides } from "./configuration.js";

/** The weights as onnxruntime reads them: matrices as [input, output], float32, all in one external file. */
export interface EncoderDecoderWeights {
  /** Folder of the external file. */
  readonly folder: string;
  /** By the names of `encoderDecoderWeightShapes`. */
  readonly tensors: ReadonlyMap<string, Initializer>;
}

/** Names and shapes of the weights, in the order in which they lie in the file. */
export function encoderDecoderWeightShapes(configuration: EncoderDecoderConfiguration): Map<string, readonly number[]> {
  const { hiddenSize, attentionHeads, headSize, feedForwardSize, buckets, vocabularySize } = configuration;
  const width = attentionHeads * headSize;
  const shapes = new Map<string, readonly number[]>();
  const attention = (prefix: string): void => {
    for (const name of ["query", "key", "value"]) shapes.set(`${prefix}${name}`, [hiddenSize, width]);
    shapes.set(`${prefix}attention_output`, [width, hiddenSize]);
  };
  for (const side of sides) {
    for (let layer = 0; layer < layersOf(configuration, side); layer++) {
      const prefix = `${side}.layers.${layer}.`;
      shapes.set(`${prefix}attention_norm`, [hiddenSize]);
      attention(prefix);
      if (layer === 0 || configuration.relativePositions === "each") shapes.set(`${prefix}relative_positions`, [buckets, attentionHeads]);
      if (side === "decoder") {
        shapes.set(`${prefix}cross_norm`, [hiddenSize]);
        attention(`${prefix}cross_`);
      }
      shapes.set(`${prefix}feed_forward_norm`, [hiddenSize]);
      if (configuration.gatedFeedForward) shapes.set(`${prefix}gate`, [hiddenSize, feedForwardSize]);
      shapes.set(`${prefix}up`, [hiddenSize, feedForwardSize]);
      shapes.set(`${prefix}down`, [feedForwardSize, hiddenSize]);
    }
    shapes.set(`${side}.final_norm`, [hiddenSize]);
  }
  // Rows are tokens in both: the embedding is looked up by row, the output multiplies transposed.
  shapes.set("embeddings", [vocabularySize, hiddenSize]);
  if (!configuration.tiedEmbeddings) shapes.set("output", [vocabularySize, hiddenSize]);
  return shapes;
}

/** Name of the matrix that turns hidden states into scores over the vocabulary. */
export function outputMatrixOf({ tiedEmbeddings }: EncoderDecoderConfiguration): "embeddings" | "output" {
  return tiedEmbeddings ? "embeddings" : "output";
}
