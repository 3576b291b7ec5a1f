import type { EmbeddingTable } from "../../src/engine/embedding-table.js";
import type { Tokenizer } from "../../src/backbone/tokenizer/tokenizer.js";

/** A table over a matrix [rows, width]. */
export function tableOf(matrix: Float32Array, width: number): EmbeddingTable {
  return {
    rows: matrix.length / width,
    width,
    matrix: () => matrix,
    gather: (ids) => {
      const rows = new Float32Array(ids.length * width);
      for (let i = 0; i < ids.length; i++) rows.set(matrix.subarray(ids[i] * width, (ids[i] + 1) * width), i * width);
      return rows;
    },
  };
}

/** One token a letter: "a" is 2, "b" is 3, ...; 0 begins a text, 1 is special and written "^"; other characters have no token. */
export function letterTokenizer(vocabularySize: number): Tokenizer {
  const token = (id: number) => (id === 0 ? "" : id === 1 ? "^" : String.fromCharCode(95 + id));
  return {
    vocabularySize,
    beginOfTextId: 0,
    encode: (text, options) => {
      const ids = [...text].map((letter) => (letter === "^" ? 1 : letter.charCodeAt(0) - 95)).filter((id) => id >= 1 && id < vocabularySize);
      return Int32Array.from(options?.addSpecialTokens ? [0, ...ids] : ids);
    },
    decode: (ids) => Array.from(ids, token).join(""),
    token,
    displayToken: token,
    isSpecial: (id) => id < 2,
  };
}
