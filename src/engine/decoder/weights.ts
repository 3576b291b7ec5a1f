import type { Initializer } from "../graph/initializer.js";
import type { DecoderConfiguration } from "./configuration.js";
import { isStoredPart } from "./stored-products.js";

/** The weights of a decoder as onnxruntime reads them: matrices as [input, output], float32, all in one external file. */
export interface DecoderWeights {
  /** Folder of the external file. */
  readonly folder: string;
  /** By the names of `decoderWeightShapes`. */
  readonly tensors: ReadonlyMap<string, Initializer>;
}

/** Whether some matrices are kept in the blocks of their file instead of as float32. */
export function hasStoredMatrices({ tensors }: DecoderWeights): boolean {
  return [...tensors.keys()].some(isStoredPart);
}

/** Names and shapes of a decoder's weights, in the order in which they lie in the file. */
export function decoderWeightShapes(configuration: DecoderConfiguration): Map<string, readonly number[]> {
  const { hiddenSize, attentionHeads, keyValueHeads, headSize, feedForwardSize, vocabularySize, contextLength } = configuration;
  const { attentionBias, attentionOutputBias, feedForwardBias, sandwichNorms, queryKeyNorms } = configuration;
  const shapes = new Map<string, readonly number[]>();
  const norm = (name: string): void => {
    shapes.set(name, [hiddenSize]);
    if (configuration.normalization === "layer") shapes.set(`${name}_bias`, [hiddenSize]);
  };
  const matrix = (name: string, input: number, output: number, hasBias: boolean): void => {
    shapes.set(name, [input, output]);
    if (hasBias) shapes.set(`${name}_bias`, [output]);
  };
  for (let layer = 0; layer < configuration.layers; layer++) {
    const prefix = `layers.${layer}`;
    norm(`${prefix}.attention_norm`);
    matrix(`${prefix}.query`, hiddenSize, attentionHeads * headSize, attentionBias);
    matrix(`${prefix}.key`, hiddenSize, keyValueHeads * headSize, attentionBias);
    matrix(`${prefix}.value`, hiddenSize, keyValueHeads * headSize, attentionBias);
    if (queryKeyNorms) for (const name of ["query_norm", "key_norm"]) shapes.set(`${prefix}.${name}`, [headSize]);
    matrix(`${prefix}.attention_output`, attentionHeads * headSize, hiddenSize, attentionOutputBias);
    if (sandwichNorms) norm(`${prefix}.after_attention_norm`);
    norm(`${prefix}.feed_forward_norm`);
    if (configuration.gatedFeedForward) matrix(`${prefix}.gate`, hiddenSize, feedForwardSize, feedForwardBias);
    matrix(`${prefix}.up`, hiddenSize, feedForwardSize, feedForwardBias);
    matrix(`${prefix}.down`, feedForwardSize, hiddenSize, feedForwardBias);
    if (sandwichNorms) norm(`${prefix}.after_feed_forward_norm`);
  }
  norm("final_norm");
  if (configuration.positions === "learned") shapes.set("position_embeddings", [contextLength, hiddenSize]);
  // Rows are tokens in both: the embedding is gathered by row, the output multiplies transposed.
  shapes.set("embeddings", [vocabularySize, hiddenSize]);
  if (!configuration.tiedEmbeddings) shapes.set("output", [vocabularySize, hiddenSize]);
  return shapes;
}

/** Name of the matrix that turns hidden states into scores over the vocabulary. */
export function outputMatrixName(configuration: DecoderConfiguration): "embeddings" | "output" {
  return configuration.tiedEmbeddings ? "embeddings" : "output";
}
