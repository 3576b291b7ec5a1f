import type { DecoderConfiguration } from "../../engine/decoder/configuration.js";
import { rowsAPass } from "../../engine/decoder/passes.js";

/** What a training step is made of. */
export interface StepSize {
  readonly batchSize: number;
  /** Longest text, in tokens. */
  readonly textTokens: number;
  readonly virtualTokens: number;
}

/** The batch that an estimate is for where nobody names one: that of the figures in README. */
export const usualStep: StepSize = { batchSize: 8, textTokens: 40, virtualTokens: 20 };

export type LayerSizes = Pick<DecoderConfiguration, "layers" | "hiddenSize" | "attentionHeads" | "keyValueHeads" | "headSize" | "feedForwardSize">;

export type ModelSizes = LayerSizes & Pick<DecoderConfiguration, "contextLength">;

/** Node, onnxruntime and this program, before a model is opened. */
const programBytes = 150e6;

/**
 * Highest memory of a training process with a prompt in front of the text, in bytes: the layers' weights as float32,
 * and what the backward pass needs of each row in each layer: the inputs of both norms, queries and the result of
 * attention (4 d), keys and values, gate, up and their activation (3 f), and the probabilities of attention. The prompt's
 * own rows are computed once for a pass; a batch of many rows makes several.
 *
 * @param weightBytes without the tables of a row a token: those lie in a mapped file, and labels need a few rows of them.
 *
 * An estimate, held against a measured run by `npm run claim -- model-memory`.
 */
export function estimateTrainingMemory(weightBytes: number, sizes: LayerSizes, { batchSize, textTokens, virtualTokens }: StepSize): number {
  const { layers, hiddenSize, attentionHeads, keyValueHeads, headSize, feedForwardSize } = sizes;
  const passes = Math.ceil((batchSize * textTokens) / rowsAPass);
  const rows = Math.ceil(batchSize / passes) * textTokens + virtualTokens;
  const numbers = 4 * hiddenSize + 2 * keyValueHeads * headSize + 3 * feedForwardSize + attentionHeads * (textTokens + virtualTokens);
  return Math.round(programBytes + weightBytes + 4 * rows * layers * numbers);
}
