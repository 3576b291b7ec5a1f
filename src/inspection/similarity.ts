import { cosineOf } from "./nearest-tokens.js";
import { rowNorms } from "./norms.js";

/** Cosine similarity of every pair of rows of `vectors` [P, width]: symmetric [P, P]; 1 on the diagonal; 0 with a row of norm 0, also on its diagonal. */
export function pairwiseSimilarity(vectors: Float32Array, width: number): number[][] {
  const norms = rowNorms(vectors, width);
  const count = norms.length;
  const similarity = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let a = 0; a < count; a++) {
    similarity[a][a] = norms[a] > 0 ? 1 : 0;
    for (let b = a + 1; b < count; b++) {
      let dot = 0;
      for (let j = 0; j < width; j++) dot += vectors[a * width + j] * vectors[b * width + j];
      similarity[a][b] = similarity[b][a] = cosineOf(dot, norms[a], norms[b]);
    }
  }
  return similarity;
}
