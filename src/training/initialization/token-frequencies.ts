/** Counts how often each id below `vocabularySize` occurs in token sequences; −1 (a virtual token) and other ids are passed over. */
export function countTokens(sequences: Iterable<ArrayLike<number>>, vocabularySize: number): Float64Array {
  const counts = new Float64Array(vocabularySize);
  for (const tokens of sequences)
    for (let i = 0; i < tokens.length; i++) if (tokens[i] >= 0 && tokens[i] < vocabularySize) counts[tokens[i]]++;
  return counts;
}
