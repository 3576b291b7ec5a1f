import type { ScoredRow, Sequence } from "../../../src/engine/program.js";

/** A sequence from a list of token ids and, as strings "s0", "s1", …, rows of the soft prompt. Scored at its end unless told. */
export function sequence(parts: readonly (number | string)[], scored?: readonly ScoredRow[]): Sequence {
  return {
    tokens: Int32Array.from(parts, (part) => (typeof part === "number" ? part : -1)),
    virtualTokens: Int32Array.from(parts, (part) => (typeof part === "number" ? -1 : Number(part.slice(1)))),
    scored: scored ?? [{ row: parts.length - 1, target: 0 }],
  };
}
