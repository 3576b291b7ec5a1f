import type { EmbeddingTable } from "../engine/embedding-table.js";
import { meanOf } from "./pca.js";
import { type NormDistribution, normDistribution, ordinaryNormRange, rowNorms } from "./norms.js";

/** Counts of numbers in bins of equal width; the last bin holds its upper end too. */
export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

/** What a vocabulary's embeddings are like as a whole. */
export interface VocabularyFigures {
  readonly norms: NormDistribution;
  /** 0.1 and 99.9 percentiles of the norms. */
  readonly ordinary: { readonly low: number; readonly high: number };
  readonly histogram: Histogram;
  /** The mean embedding [width]. */
  readonly mean: Float32Array;
}

const bins = 48;
const known = new WeakMap<EmbeddingTable, VocabularyFigures>();

/** Computed once for each table. */
export function vocabularyFigures(table: EmbeddingTable): VocabularyFigures {
  const found = known.get(table);
  if (found) return found;
  const matrix = table.matrix();
  const norms = rowNorms(matrix, table.width);
  const figures = { norms: normDistribution(norms), ordinary: ordinaryNormRange(norms), histogram: histogramOf(norms, bins), mean: Float32Array.from(meanOf(matrix, table.width)) };
  known.set(table, figures);
  return figures;
}

export function histogramOf(values: Float64Array, count: number): Histogram {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < from) from = value;
    if (value > to) to = value;
  }
  if (!(from <= to)) return { from: 0, to: 0, counts: [] };
  const counts = new Array<number>(count).fill(0);
  const scale = to > from ? count / (to - from) : 0;
  for (const value of values) counts[Math.min(count - 1, Math.floor((value - from) * scale))]++;
  return { from, to, counts };
}
