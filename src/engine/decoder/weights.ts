import type { Initializer } from "../graph/initializer.js";
import type { DecoderConfiguration } from "./configuration.js";

/** The weights of a decoder as onnxruntime reads them: matrices as [input, output], float32, all in one external file. */
export interface DecoderWeights {
  /** Folder of the external file. */
  readonly folder: string;
  /** By the names of `decoderWeightShapes`. */
  readonly tensors: ReadonlyMap<string, Initializer>;
}

/** Names and shapes of a decoder's weights, in the order in which they lie in the file. */
export function decoderWeightShapes(configuration: DecoderConfiguration): Map<string, readonly number[]> {
  const { hiddenSize, attentionHeads, keyValueHeads, headSize, feedForwardSize, vocabularySize } = configuration;
  const shapes = new Map<string, readonly number[]>();
  for (let layer = 0; layer < configuration.layers; layer++) {
    const prefix = `layers.${layer}`;
    shapes.set(`${prefix}.attention_norm`, [hiddenSize]);
    shapes.set(`${prefix}.query`, [hiddenSize, attentionHeads * headSize]);
    shapes.set(`${prefix}.key`, [hiddenSize, keyValueHeads * headSize]);
    shapes.set(`${prefix}.value`, [hiddenSize, keyValueHeads * headSize]);
    shapes.set(`${prefix}.attention_output`, [attentionHeads * headSize, hiddenSize]);
    shapes.set(`${prefix}.feed_forward_norm`, [hiddenSize]);
    shapes.set(`${prefix}.gate`, [hiddenSize, feedForwardSize]);
    shapes.set(`${prefix}.up`, [hiddenSize, feedForwardSize]);
    shapes.set(`${prefix}.down`, [feedForwardSize, hiddenSize]);
  }
  shapes.set("final_norm", [hiddenSize]);
  // Rows are tokens in both: the embedding is gathered by row, the output multiplies transposed.
  shapes.set("embeddings", [vocabularySize, hiddenSize]);
  if (!configuration.tiedEmbeddings) shapes.set("output", [vocabularySize, hiddenSize]);
  return shapes;
}

/** Name of the matrix that turns hidden states into scores over the vocabulary. */
export function outputMatrixName(configuration: DecoderConfiguration): "embeddings" | "output" {
  return configuration.tiedEmbeddings ? "embeddings" : "output";
}
