import type { DecoderConfiguration } from "../../engine/decoder/configuration.js";
import { decoderWeightShapes } from "../../engine/decoder/weights.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { SentencePieceTokenizer } from "../tokenizer/sentence-piece-tokenizer.js";
import { ByteLevelTokenizer } from "../tokenizer/byte-level-tokenizer.js";
import { estimateTrainingMemory, type StepSize } from "./estimate-memory.js";
import type { FactsDraft, ModelFacts } from "./model-facts.js";

/** What a decoder's configuration tells, whatever file it came from. Its graph is this program's own. */
export function addDecoderFacts(draft: FactsDraft, configuration: DecoderConfiguration, step: StepSize): void {
  const { layers, hiddenSize, contextLength } = configuration;
  const bytes = [...decoderWeightShapes(configuration).values()].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 4), 0);
  Object.assign(draft, { layers, hiddenSize, contextLength, operators: { missing: [] }, memory: { bytes: estimateTrainingMemory(bytes, configuration, step), ...step } });
}

export function tokenizerFacts(tokenizer: Tokenizer): ModelFacts["tokenizer"] {
  const kind = tokenizer instanceof SentencePieceTokenizer ? "sentencepiece" : tokenizer instanceof ByteLevelTokenizer ? "byte-level-bpe" : "other";
  return { kind, vocabulary: tokenizer.vocabularySize };
}
