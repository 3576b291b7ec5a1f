import type { Initializer } from "../graph/initializer.js";
import type { EncoderConfiguration } from "./configuration.js";

/** The weights of an encoder as onnxruntime reads them: matrices as [input, output], float32, all in one external file. */
export interface EncoderWeights {
  /** Folder of the external file. */
  readonly folder: string;
  /** By the names of `encoderWeightShapes`. */
  readonly tensors: ReadonlyMap<string, Initializer>;
}

/** Names and shapes of an encoder's weights, in the order in which they lie in the file. */
export function encoderWeightShapes(configuration: EncoderConfiguration): Map<string, readonly number[]> {
  const { hiddenSize, feedForwardSize, attentionBias, feedForwardBias, vocabularySize, tokenTypes, maskedHead } = configuration;
  const shapes = new Map<string, readonly number[]>();
  const norm = (name: string): void => {
    shapes.set(name, [hiddenSize]);
    if (configuration.normBias) shapes.set(`${name}_bias`, [hiddenSize]);
  };
  const matrix = (name: string, input: number, output: number, hasBias: boolean): void => {
    shapes.set(name, [input, output]);
    if (hasBias) shapes.set(`${name}_bias`, [output]);
  };
  norm("embedding_norm");
  for (let layer = 0; layer < configuration.layers; layer++) {
    const prefix = `layers.${layer}`;
    if (layer > 0 || configuration.firstAttentionNorm) norm(`${prefix}.attention_norm`);
    for (const name of ["query", "key", "value", "attention_output"]) matrix(`${prefix}.${name}`, hiddenSize, hiddenSize, attentionBias);
    norm(`${prefix}.feed_forward_norm`);
    if (configuration.gatedFeedForward) matrix(`${prefix}.gate`, hiddenSize, feedForwardSize, feedForwardBias);
    matrix(`${prefix}.up`, hiddenSize, feedForwardSize, feedForwardBias);
    matrix(`${prefix}.down`, feedForwardSize, hiddenSize, feedForwardBias);
  }
  if (configuration.finalNorm) norm("final_norm");
  if (configuration.pooler) matrix("pooler", hiddenSize, hiddenSize, true);
  if (maskedHead) {
    matrix("head_transform", hiddenSize, hiddenSize, maskedHead.transformBias);
    norm("head_norm");
    if (maskedHead.outputBias) shapes.set("output_bias", [vocabularySize]);
  }
  if (configuration.positions === "learned") shapes.set("position_embeddings", [configuration.contextLength + configuration.firstPosition, hiddenSize]);
  if (tokenTypes > 0) shapes.set("token_type_embeddings", [tokenTypes, hiddenSize]);
  // Rows are tokens in both: the embedding is gathered by row, the output multiplies transposed.
  shapes.set("embeddings", [vocabularySize, hiddenSize]);
  if (maskedHead && !maskedHead.tied) shapes.set("output", [vocabularySize, hiddenSize]);
  return shapes;
}

/** Name of the matrix that turns hidden states into scores over the vocabulary. */
export function maskedOutputName({ maskedHead }: EncoderConfiguration): "embeddings" | "output" {
  return maskedHead && !maskedHead.tied ? "output" : "embeddings";
}
