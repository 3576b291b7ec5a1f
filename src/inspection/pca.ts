import { breathe } from "../common/breathe.js";
import { RandomSource } from "../common/random.js";
import { symmetricEigen } from "./symmetric-eigen.js";

/** The plane in which points spread most. */
export interface Plane {
  /** What is subtracted before projecting [width]. */
  readonly mean: Float64Array;
  /** Two directions of norm 1, orthogonal, the one with more variance first [2][width]; zeros where the points have no second direction. */
  readonly axes: readonly [Float64Array, Float64Array];
  /** Share of the points' variance along each axis, 0 to 1. */
  readonly explained: readonly [number, number];
}

/** Directions iterated together: the more beside the two wanted, the faster those two settle. */
const blockSize = 12;
/** How near A·v is to λ·v, as a share of the largest eigenvalue, before the iteration ends. */
const tolerance = 1e-11;
const mostIterations = 2000;

/**
 * The first two principal components of points [n, width], row-major: eigenvectors of the covariance with the largest
 * eigenvalues, by subspace iteration with Rayleigh–Ritz steps (Saad 2011, Numerical Methods for Large Eigenvalue
 * Problems, section 5.1), which never forms the covariance. An axis points to where its largest coordinate is positive,
 * so that the same points always give the same picture.
 * @throws PromptTuningError kind "stopped" when the signal fires.
 */
export async function principalPlane(points: Float32Array, width: number, signal?: AbortSignal): Promise<Plane> {
  const count = points.length / width;
  const mean = meanOf(points, width);
  const centred = Float64Array.from(points, (value, i) => value - mean[i % width]);
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  const none = (): Float64Array => new Float64Array(width);
  // Rounding leaves dust where all points are the same.
  const dust = (Number.EPSILON * 4) ** 2 * points.reduce((sum, value) => sum + value * value, 0);
  if (count < 2 || total <= dust) return { mean, axes: [none(), none()], explained: [0, 0] };

  const size = Math.min(blockSize, count, width);
  const random = RandomSource.derive(1, "pca");
  let block = orthonormal(Array.from({ length: size }, () => Float64Array.from({ length: width }, () => random.normal())));
  let values: Float64Array = new Float64Array(size);
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const products = block.map((vector) => covarianceTimes(centred, vector, width));
    const small = new Float64Array(size * size);
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) small[i * size + j] = (inner(block[i], products[j]) + inner(block[j], products[i])) / 2;
    const ritz = symmetricEigen(small, size);
    values = ritz.values;
    block = ritz.vectors.map((weights) => combine(block, weights));
    const images = ritz.vectors.map((weights) => combine(products, weights));
    const settled = [0, 1].every((i) => i >= size || residual(images[i], block[i], values[i]) <= tolerance * values[0]);
    if (settled) break;
    block = orthonormal(images);
    if (iteration % 4 === 3) await breathe(signal, "The map");
  }
  const axis = (i: number): Float64Array => (i < size && values[i] > total * 1e-14 ? pointed(block[i]) : none());
  const share = (i: number): number => (i < size ? Math.min(1, Math.max(0, values[i] / total)) : 0);
  return { mean, axes: [axis(0), axis(1)], explained: [share(0), share(1)] };
}

/** Where points [n, width] fall on a plane: n pairs. */
export function projectOn({ mean, axes }: Plane, points: Float32Array): (readonly [number, number])[] {
  const width = mean.length;
  const place = (row: number, axis: Float64Array): number => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += (points[row * width + j] - mean[j]) * axis[j];
    return sum;
  };
  return Array.from({ length: points.length / width }, (_, row) => [place(row, axes[0]), place(row, axes[1])] as const);
}

/** Mean of the rows of points [n, width], in double precision. */
export function meanOf(points: Float32Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  const count = points.length / width;
  for (let row = 0, at = 0; row < count; row++) for (let j = 0; j < width; j++, at++) mean[j] += points[at];
  return mean.map((sum) => (count > 0 ? sum / count : 0));
}

/** Xᵀ(X·v) for the centred points X. */
function covarianceTimes(centred: Float64Array, vector: Float64Array, width: number): Float64Array {
  const out = new Float64Array(width);
  for (let at = 0; at < centred.length; at += width) {
    let dot = 0;
    for (let j = 0; j < width; j++) dot += centred[at + j] * vector[j];
    for (let j = 0; j < width; j++) out[j] += dot * centred[at + j];
  }
  return out;
}

/** Gram–Schmidt, twice, which is enough (Kahan). What depends on the others, but for rounding, becomes zero. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const own = vector.slice();
    const before = Math.sqrt(inner(own, own));
    for (let pass = 0; pass < 2; pass++) {
      for (const other of done) {
        const share = inner(own, other);
        for (let j = 0; j < own.length; j++) own[j] -= share * other[j];
      }
    }
    const norm = Math.sqrt(inner(own, own));
    done.push(norm > before * 1e-12 ? own.map((value) => value / norm) : new Float64Array(own.length));
  }
  return done;
}

function combine(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const out = new Float64Array(vectors[0].length);
  vectors.forEach((vector, i) => {
    for (let j = 0; j < out.length; j++) out[j] += weights[i] * vector[j];
  });
  return out;
}

function residual(image: Float64Array, vector: Float64Array, value: number): number {
  let sum = 0;
  for (let j = 0; j < image.length; j++) sum += (image[j] - value * vector[j]) ** 2;
  return Math.sqrt(sum);
}

function pointed(vector: Float64Array): Float64Array {
  let largest = 0;
  for (let j = 1; j < vector.length; j++) if (Math.abs(vector[j]) > Math.abs(vector[largest]) * (1 + 1e-9)) largest = j;
  return vector[largest] < 0 ? vector.map((value) => -value) : vector;
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}
