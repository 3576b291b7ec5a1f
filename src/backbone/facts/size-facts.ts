import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { SentencePieceTokenizer } from "../tokenizer/sentence-piece-tokenizer.js";
import { ByteLevelTokenizer } from "../tokenizer/byte-level-tokenizer.js";
import { encoderFamilies } from "../families/encoder/family.js";
import { estimateTrainingMemory, type ModelSizes, type StepSize } from "./estimate-memory.js";
import type { FactsDraft, ModelFacts } from "./model-facts.js";

/** What the sizes of a model tell whose graph is this program's own, whatever file it came from. @param shapes of its weights. */
export function addSizeFacts(draft: FactsDraft, sizes: ModelSizes, shapes: ReadonlyMap<string, readonly number[]>, step: StepSize): void {
  const { layers, hiddenSize, contextLength } = sizes;
  const bytesOf = (shape: readonly number[] = [0]): number => shape.reduce((product, size) => product * size, 4);
  const rowsOfTokens = bytesOf(shapes.get("embeddings")) + bytesOf(shapes.get("output"));
  const all = [...shapes.values()].reduce((sum, shape) => sum + bytesOf(shape), 0);
  const writes = encoderFamilies.every(({ name }) => name !== draft.family);
  const vocabularyBytes = writes ? bytesOf(shapes.get("output") ?? shapes.get("embeddings")) : undefined;
  const memory = { bytes: estimateTrainingMemory(all - rowsOfTokens, sizes, step), vocabularyBytes, ...step };
  Object.assign(draft, { layers, hiddenSize, contextLength, operators: { missing: [] }, memory });
}

export function tokenizerFacts(tokenizer: Tokenizer): ModelFacts["tokenizer"] {
  const kind = tokenizer instanceof SentencePieceTokenizer ? "sentencepiece" : tokenizer instanceof ByteLevelTokenizer ? "byte-level-bpe" : "other";
  return { kind, vocabulary: tokenizer.vocabularySize };
}
