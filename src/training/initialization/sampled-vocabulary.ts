import type { InitializationContext } from "./context.js";

/**
 * Token ids drawn uniformly from the whole vocabulary, special tokens included as in PEFT's SAMPLE_VOCAB, or from the
 * `mostCommon` most common tokens of the training texts (Lester et al. 2021, section 3.2: 5,000). No id is drawn twice
 * while the pool lasts; where `count` is larger than the pool, the pool is drawn again.
 */
export function sampledVocabularyTokens(
  { embeddings, tokenizer, tokenFrequencies, random }: InitializationContext,
  count: number,
  mostCommon?: number,
): number[] {
  const vocabulary = Math.min(embeddings.rows, tokenizer.vocabularySize);
  const pool = mostCommon === undefined ? Array.from({ length: vocabulary }, (_, id) => id) : mostCommonTokens(tokenFrequencies, mostCommon, vocabulary);
  const drawn: number[] = [];
  while (drawn.length < count) {
    // A partial Fisher–Yates shuffle: only as many draws as tokens are needed.
    for (let i = 0; i < pool.length && drawn.length < count; i++) {
      const j = i + random.integer(pool.length - i);
      [pool[i], pool[j]] = [pool[j], pool[i]];
      drawn.push(pool[i]);
    }
  }
  return drawn;
}

/**
 * The k most frequent ids, ties by id. Ids that never occur have the frequency 0: where k is larger than the number of
 * distinct tokens, the unseen ones follow in the order of their ids.
 */
export function mostCommonTokens(frequencies: ArrayLike<number>, k: number, vocabulary: number): number[] {
  const frequency = (id: number) => frequencies[id] ?? 0;
  return Array.from({ length: vocabulary }, (_, id) => id)
    .sort((a, b) => frequency(b) - frequency(a) || a - b)
    .slice(0, k);
}

/** Embeddings of tokens drawn from the vocabulary. [P, d]. */
export function sampledVocabularyPrompt(context: InitializationContext, mostCommon?: number): Float32Array {
  return context.embeddings.gather(sampledVocabularyTokens(context, context.virtualTokens, mostCommon));
}
