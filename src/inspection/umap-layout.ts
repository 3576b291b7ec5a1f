import { UMAP } from "umap-js";
import { breathe } from "../common/breathe.js";
import { PromptTuningError } from "../common/errors.js";
import { RandomSource } from "../common/random.js";

export interface UmapOptions {
  /** Neighbours that count as near; 15, or fewer where there are not so many points. */
  readonly neighbours?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

const fewestPoints = 4;

/**
 * Places points [n, width] in a plane so that neighbours stay neighbours (UMAP: McInnes, Healy and Melville 2018, by
 * umap-js). Distances between groups and the axes mean nothing. The same points and seed give the same picture.
 * @throws PromptTuningError kind "usage" for fewer than four points, "stopped" when the signal fires.
 */
export async function umapLayout(points: Float32Array, width: number, { neighbours = 15, seed = 1, signal, onProgress }: UmapOptions = {}): Promise<(readonly [number, number])[]> {
  const count = points.length / width;
  if (count < fewestPoints)
    throw new PromptTuningError("usage", "There are too few points for UMAP.", { reason: `It needs ${fewestPoints}, there are ${count}.`, advice: "Look at the principal components instead." });
  const near = Math.min(neighbours, count - 1);
  const random = RandomSource.derive(seed, "umap");
  const umap = new UMAP({ nNeighbors: near, random: () => random.uniform(), minDist: 0.1 });
  const { indices, distances } = await exactNeighbours(points, width, near, signal);
  umap.setPrecomputedKNN(indices, distances);
  // With the neighbours known, umap-js needs the points for their number only.
  const epochs = umap.initializeFit(indices.map((_, i) => [i]));
  let last = performance.now();
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    if (performance.now() - last < 25) continue;
    onProgress?.(epoch + 1, epochs);
    await breathe(signal, "The map");
    last = performance.now();
  }
  onProgress?.(epochs, epochs);
  return umap.getEmbedding().map(([x, y]) => [x, y] as const);
}

/** Each point's nearest ones by Euclidean distance, itself first, ties to the lower index. */
async function exactNeighbours(points: Float32Array, width: number, near: number, signal?: AbortSignal): Promise<{ indices: number[][]; distances: number[][] }> {
  const count = points.length / width;
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let i = 0; i < count; i++) {
    const squares = new Float64Array(count);
    for (let k = 0; k < count; k++) {
      let square = 0;
      for (let j = 0; j < width; j++) square += (points[i * width + j] - points[k * width + j]) ** 2;
      squares[k] = square;
    }
    const order = Array.from({ length: count }, (_, k) => k).sort((a, b) => (a === i ? -1 : b === i ? 1 : squares[a] - squares[b] || a - b));
    indices.push(order.slice(0, near));
    distances.push(indices[i].map((k) => Math.sqrt(squares[k])));
    if (i % 32 === 31) await breathe(signal, "The map");
  }
  return { indices, distances };
}
