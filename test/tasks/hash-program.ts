import type { GenerationOptions, Head, Program, ScoreResult, Sequence } from "../../src/engine/program.js";

/** A score that depends on every token and virtual token up to a row, and on nothing else: a causal model without weights. */
export function hashScore(sequence: Pick<Sequence, "tokens" | "virtualTokens">, row: number, headRow: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at <= row; at++) hash = Math.imul(hash ^ (sequence.tokens[at] * 7919 + sequence.virtualTokens[at] + 13), 0x01000193);
  hash = Math.imul(hash ^ headRow, 0x01000193);
  hash ^= hash >>> 15;
  return ((Math.imul(hash, 0x2c1b3c6d) >>> 0) / 2 ** 32) * 6 - 3;
}

/** The log-softmax of scores over the allowed rows; −Infinity elsewhere. */
export function logSoftmax(scores: readonly number[], allowed: Iterable<number>): number[] {
  const rows = [...allowed];
  const total = Math.log(rows.reduce((sum, row) => sum + Math.exp(scores[row]), 0));
  return scores.map((score, row) => (rows.includes(row) ? score - total : -Infinity));
}

export interface HashProgram extends Program {
  /** Token counts of the sequences of every batch that was scored. */
  readonly batches: number[][];
}

/** A program over hashScore. `generated` answers generate(). */
export function hashProgram(head: Head, vocabularySize: number, generated: (sequence: Sequence, options: GenerationOptions) => Int32Array = () => new Int32Array(0)): HashProgram {
  const rows = head.kind === "words" ? head.tokenIds.length : head.kind === "linear" ? head.classes : vocabularySize;
  const all = Array.from({ length: rows }, (_, row) => row);
  const batches: number[][] = [];
  return {
    trainables: [],
    head,
    batches,
    step: () => Promise.reject(new Error("not used")),
    async score(batch): Promise<ScoreResult> {
      batches.push(batch.map((sequence) => sequence.tokens.length));
      let loss = 0;
      const logProbabilities = batch.map((sequence) =>
        sequence.scored.map(({ row, target, allowed, weight = 1 }) => {
          const scores = logSoftmax(
            all.map((headRow) => hashScore(sequence, row, headRow)),
            allowed ?? all,
          );
          loss -= weight * scores[target];
          return Float32Array.from(scores);
        }),
      );
      return { loss: loss / batch.length, logProbabilities };
    },
    generate: async (sequence, _values, options) => generated(sequence, options),
    dispose: async () => {},
  };
}
