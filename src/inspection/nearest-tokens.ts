import { breathe } from "../common/breathe.js";
import { PromptTuningError } from "../common/errors.js";
import type { NearnessMetric } from "./nearness.js";
import { type Candidates, nearnessCandidates, rowFigures } from "./nearness-candidates.js";
import { rowNorms } from "./norms.js";
import type { VocabularyMatrix } from "./vocabulary-matrix.js";
import { TopList } from "./top-list.js";

/** A vocabulary token near a vector, measured all three ways. */
export interface NearToken {
  readonly id: number;
  /** Cosine similarity; 0 where the vector or the embedding has norm 0. */
  readonly cosine: number;
  /** Inner product. */
  readonly dot: number;
  /** Euclidean distance. */
  readonly l2: number;
}

/** One vector's nearest tokens, nearest first by each metric. Lists are shorter than k only where fewer tokens are eligible. */
export type VectorNeighbours = { readonly norm: number } & Readonly<Record<NearnessMetric, readonly NearToken[]>>;

export interface NearestTokensOptions {
  /** Tokens to list by each metric; 10 unless told. */
  readonly k?: number;
  /** Tokens to leave out, such as special ones. None unless told. */
  readonly exclude?: (id: number) => boolean;
  readonly signal?: AbortSignal;
}

/** Rows of the vocabulary between two breaths of the event loop. */
const blockRows = 1024;
/** Vectors searched for at once: their scores take 12 bytes a vector and token. */
const vectorsAtOnce = 128;
/** Candidates beside the k wanted ones, for what single precision may put in the wrong order. */
const spare = 16;

/**
 * The k nearest tokens of each vector by cosine, inner product and Euclidean distance: preselected
 * in single precision, with every vector whose preselection could be wrong searched exhaustively. Sums are in double precision over the columns in order; ties go to the lower id. By Euclidean distance, candidates
 * are ranked by |v|² − 2 p·v, exact to about 1e-15 of the norms' squares; the distance told is computed directly.
 *
 * @param vectors [P, width], row-major.
 * @throws PromptTuningError (model) for numbers that are not finite or a size that does not fit; (stopped) on abort.
 */
export async function nearestTokens(
  vectors: Float32Array,
  vocabulary: VocabularyMatrix,
  options: NearestTokensOptions = {},
): Promise<VectorNeighbours[]> {
  const { matrix, rows, width } = vocabulary;
  const { k = 10, exclude, signal } = options;
  if (vectors.length % width !== 0 || matrix.length < rows * width)
    throw new PromptTuningError("model", "The prompt's width differs from the backbone's.", {
      reason: `${vectors.length} numbers do not divide into rows of ${width}.`,
      advice: "Inspect a prompt on the backbone it was trained on.",
    });
  if (!vectors.every(Number.isFinite))
    throw new PromptTuningError("model", "The prompt holds numbers that are not finite.", { advice: "Inspect an earlier checkpoint." });

  const norms = rowNorms(vectors, width);
  const found: VectorNeighbours[] = [];
  for (let first = 0; first < norms.length; first += vectorsAtOnce) {
    await breathe(signal, "The inspection");
    const count = Math.min(vectorsAtOnce, norms.length - first);
    found.push(...(await searchSome({ vectors: vectors.subarray(first * width, (first + count) * width), norms: norms.subarray(first, first + count) }, vocabulary, { k, exclude, signal })));
  }
  return found;
}

interface Vectors {
  readonly vectors: Float32Array;
  readonly norms: Float64Array;
}

type SearchOptions = NearestTokensOptions & { readonly k: number };

/** Preselects in single precision, then measures in double. Vectors whose preselection leaves a doubt are searched exhaustively. */
async function searchSome({ vectors, norms }: Vectors, vocabulary: VocabularyMatrix, { k, exclude, signal }: SearchOptions): Promise<VectorNeighbours[]> {
  const { width, rows } = vocabulary;
  const wanted = Math.min(k + spare, rows);
  const candidates = await nearnessCandidates(vectors, vocabulary, wanted, exclude);
  const { largestNorm: largest } = rowFigures(vocabulary);
  const found = Array.from(norms, (norm, p): VectorNeighbours | undefined => {
    // Bound of the rounding of a sum of products, which all but never fails (Higham and Mary 2019, theorem 3.1, λ = 8), on both sides.
    const doubt = 16 * Math.sqrt(width) * 2 ** -24;
    const scale = norm * largest;
    const isSure = ({ scores }: Candidates, error: number): boolean => wanted === rows || scores[k - 1] - scores[wanted - 1] > error;
    if (k > 0 && !(isSure(candidates.cosine[p], doubt * norm) && isSure(candidates.dot[p], doubt * scale) && isSure(candidates.l2[p], 2 * doubt * scale + 2 ** -21 * largest ** 2))) return undefined;
    const nearest = (metric: NearnessMetric): NearToken[] => {
      const measured = Array.from(candidates[metric][p].ids).filter((id) => !exclude?.(id)).map((id) => measureToken(vectors, p, norm, vocabulary, id));
      return measured.sort((a, b) => (metric === "l2" ? a.l2 - b.l2 : b[metric] - a[metric]) || a.id - b.id).slice(0, k);
    };
    return { norm, cosine: nearest("cosine"), dot: nearest("dot"), l2: nearest("l2") };
  });
  const unsure = [...found.keys()].filter((p) => found[p] === undefined);
  if (unsure.length === 0) return found as VectorNeighbours[];
  const rest = new Float32Array(unsure.length * width);
  unsure.forEach((p, i) => rest.set(vectors.subarray(p * width, (p + 1) * width), i * width));
  const exhaustive = await searchExhaustively({ vectors: rest, norms: Float64Array.from(unsure, (p) => norms[p]) }, vocabulary, { k, exclude, signal });
  unsure.forEach((p, i) => (found[p] = exhaustive[i]));
  return found as VectorNeighbours[];
}

async function searchExhaustively({ vectors, norms }: Vectors, vocabulary: VocabularyMatrix, { k, exclude, signal }: SearchOptions): Promise<VectorNeighbours[]> {
  const { matrix, rows, width } = vocabulary;
  const lists = Array.from(norms, () => ({ cosine: new TopList(k), dot: new TopList(k), l2: new TopList(k) }));
  const prompt = Float64Array.from(vectors);
  const row = new Float64Array(width);
  const dots = new Float64Array(norms.length);
  for (let id = 0; id < rows; id++) {
    if (id % blockRows === 0 && id > 0) await breathe(signal, "The inspection");
    if (exclude?.(id)) continue;
    let square = 0;
    for (let j = 0, at = id * width; j < width; j++, at++) {
      row[j] = matrix[at];
      square += row[j] * row[j];
    }
    innerProducts(prompt, row, dots);
    const norm = Math.sqrt(square);
    for (let p = 0; p < dots.length; p++) {
      lists[p].cosine.offer(id, cosineOf(dots[p], norms[p], norm));
      lists[p].dot.offer(id, dots[p]);
      // |p − v|² without |p|², which is the same for every token.
      lists[p].l2.offer(id, 2 * dots[p] - square);
    }
  }
  return lists.map((list, p) => {
    const measure = (id: number) => measureToken(vectors, p, norms[p], vocabulary, id);
    return {
      norm: norms[p],
      cosine: list.cosine.ids().map(measure),
      dot: list.dot.ids().map(measure),
      // Ranked by the expanded formula, listed by the direct one: they may differ in the last place.
      l2: list.l2.ids().map(measure).sort((a, b) => a.l2 - b.l2 || a.id - b.id),
    };
  });
}

/** Inner products of one row with every vector; four at a time, so that their sums run side by side in the processor. */
function innerProducts(vectors: Float64Array, row: Float64Array, dots: Float64Array): void {
  const width = row.length;
  let p = 0;
  for (; p + 4 <= dots.length; p += 4) {
    const a = p * width;
    const b = a + width;
    const c = b + width;
    const d = c + width;
    let sumA = 0;
    let sumB = 0;
    let sumC = 0;
    let sumD = 0;
    for (let j = 0; j < width; j++) {
      const value = row[j];
      sumA += vectors[a + j] * value;
      sumB += vectors[b + j] * value;
      sumC += vectors[c + j] * value;
      sumD += vectors[d + j] * value;
    }
    dots[p] = sumA;
    dots[p + 1] = sumB;
    dots[p + 2] = sumC;
    dots[p + 3] = sumD;
  }
  for (; p < dots.length; p++) {
    let sum = 0;
    for (let j = 0, at = p * width; j < width; j++, at++) sum += vectors[at] * row[j];
    dots[p] = sum;
  }
}

function measureToken(vectors: Float32Array, p: number, vectorNorm: number, { matrix, width }: VocabularyMatrix, id: number): NearToken {
  let dot = 0;
  let square = 0;
  let distance = 0;
  for (let j = 0; j < width; j++) {
    const x = vectors[p * width + j];
    const y = matrix[id * width + j];
    dot += x * y;
    square += y * y;
    distance += (x - y) * (x - y);
  }
  return { id, cosine: cosineOf(dot, vectorNorm, Math.sqrt(square)), dot, l2: Math.sqrt(distance) };
}

export function cosineOf(dot: number, normA: number, normB: number): number {
  return normA > 0 && normB > 0 ? dot / (normA * normB) : 0;
}
