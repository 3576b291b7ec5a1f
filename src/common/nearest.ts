import { distance } from "fastest-levenshtein";

/**
 * The candidate nearest to a word by edit distance (case ignored), for "did you mean". Undefined when none is near:
 * more than a third of the word's letters, and more than two, would have to change.
 */
export function nearestOf(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 200) return undefined;
  let nearest: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const changes = distance(word.toLowerCase(), candidate.toLowerCase());
    // A word of two letters is "near" every other one unless at least one letter stays.
    if (changes < least && changes < Math.max(word.length, candidate.length)) {
      least = changes;
      nearest = candidate;
    }
  }
  return nearest;
}
