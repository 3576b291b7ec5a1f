import type { ScoredRow, Sequence } from "../engine/program.js";

/** A prompt with the answer's tokens behind it and the rows that are scored. No copy is made where nothing follows. */
export function appendTokens(prompt: Pick<Sequence, "tokens" | "virtualTokens">, tokens: Int32Array, scored: readonly ScoredRow[]): Sequence {
  if (tokens.length === 0) return { tokens: prompt.tokens, virtualTokens: prompt.virtualTokens, answerStart: prompt.tokens.length, scored };
  const length = prompt.tokens.length + tokens.length;
  const joined = new Int32Array(length);
  joined.set(prompt.tokens);
  joined.set(tokens, prompt.tokens.length);
  const virtualTokens = new Int32Array(length).fill(-1);
  virtualTokens.set(prompt.virtualTokens);
  return { tokens: joined, virtualTokens, answerStart: prompt.tokens.length, scored };
}
