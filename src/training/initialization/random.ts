import type { InitializationContext } from "./context.js";

/**
 * Normal at the vocabulary's scale: every dimension is drawn with that dimension's mean and standard deviation
 * (population) over the rows of the embedding matrix, so that norms are like those of real tokens. [P, d].
 */
export function randomPrompt({ virtualTokens, embeddings, random }: InitializationContext): Float32Array {
  const { mean, deviation } = dimensionStatistics(embeddings.matrix(), embeddings.width);
  const width = embeddings.width;
  return Float32Array.from({ length: virtualTokens * width }, (_, i) => mean[i % width] + deviation[i % width] * random.normal());
}

/** Mean and population standard deviation of every column of a row-major matrix, two passes in double precision. */
export function dimensionStatistics(matrix: Float32Array, width: number): { mean: Float64Array; deviation: Float64Array } {
  const rows = matrix.length / width;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (let row = 0, at = 0; row < rows; row++) for (let j = 0; j < width; j++, at++) mean[j] += matrix[at];
  for (let j = 0; j < width; j++) mean[j] /= rows;
  for (let row = 0, at = 0; row < rows; row++) for (let j = 0; j < width; j++, at++) deviation[j] += (matrix[at] - mean[j]) ** 2;
  for (let j = 0; j < width; j++) deviation[j] = Math.sqrt(deviation[j] / rows);
  return { mean, deviation };
}
