import { Tensor } from "onnxruntime-node";
import type { Head, ScoreResult, ScoredRow, Sequence, TensorValues } from "../program.js";

export interface HeadFeedOptions {
  readonly head: Head;
  /** d */
  readonly hiddenSize: number;
  /** Number of classes C: rows of the backbone's output matrix for "vocabulary", else as the head says. */
  readonly classes: number;
  /** For "words": the rows of the output matrix for head.tokenIds [C, d], where the graph reads them as an input. */
  readonly headRows?: Float32Array;
  /** The same of the biases [C]. */
  readonly headBias?: Float32Array;
  /** Requests whose sequences the batch holds, equally many of each (1 unless told): each has a loss of its own. */
  readonly groups?: number;
  /** For "linear": holds "head.weight" and "head.bias". */
  readonly values: TensorValues;
}

/** Large enough that exp(score − 1e9) is exactly 0, small enough that adding it stays finite. */
const forbidden = -1e9;

/** Number of classes of a head over a vocabulary. */
export function classesOf(head: Head, vocabularySize: number): number {
  if (head.kind === "words") return head.tokenIds.length;
  return head.kind === "linear" ? head.classes : vocabularySize;
}

/**
 * What `appendHead` wants to be fed for a batch, in the order of the sequences and of their scored rows:
 * `targets` [N], `weights` [N] (each divided by the number of sequences of its request), `allowed`, and what the head needs.
 */
export function headFeeds(batch: readonly Sequence[], options: HeadFeedOptions): Record<string, Tensor> {
  const { head, classes, hiddenSize, groups = 1 } = options;
  const rows = batch.flatMap((sequence) => sequence.scored);
  rows.forEach((row) => check(row, classes));
  const feeds: Record<string, Tensor> = {
    targets: new Tensor("int64", BigInt64Array.from(rows, (row) => BigInt(row.target)), [rows.length]),
    weights: new Tensor("float32", Float32Array.from(rows, (row) => ((row.weight ?? 1) * groups) / batch.length), [rows.length]),
    allowed: allowedTensor(rows, classes),
  };
  if (options.headRows) feeds.head_rows = new Tensor("float32", options.headRows, [classes, hiddenSize]);
  if (options.headBias) feeds.head_bias = new Tensor("float32", options.headBias, [classes]);
  if (head.kind === "linear") {
    feeds["head.weight"] = new Tensor("float32", options.values["head.weight"], [classes, hiddenSize]);
    feeds["head.bias"] = new Tensor("float32", options.values["head.bias"], [classes]);
  }
  return feeds;
}

function check(row: ScoredRow, classes: number): void {
  const inside = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < classes;
  if (!inside(row.target)) throw new RangeError(`The target ${row.target} is not one of the head's ${classes} rows.`);
  if (!row.allowed) return;
  if (!row.allowed.every(inside)) throw new RangeError(`A scored row allows a class that is not one of the head's ${classes} rows.`);
  if (!row.allowed.includes(row.target)) throw new RangeError(`The target ${row.target} of a scored row is not among the classes that the row allows.`);
}

function allowedTensor(rows: readonly ScoredRow[], classes: number): Tensor {
  if (rows.every((row) => row.allowed === undefined)) return new Tensor("float32", new Float32Array(1), [1, 1]);
  const mask = new Float32Array(rows.length * classes);
  rows.forEach(({ allowed }, n) => {
    if (!allowed) return;
    mask.fill(forbidden, n * classes, (n + 1) * classes);
    for (const index of allowed) mask[n * classes + index] = 0;
  });
  return new Tensor("float32", mask, [rows.length, classes]);
}

/**
 * Splits log-probabilities [N, C] by sequence and scored row, −Infinity where a class is not allowed.
 * Rows are copies, so that the batch's tensor can be freed.
 */
export function unpackScores(batch: readonly Sequence[], loss: Tensor, logProbabilities: Tensor): ScoreResult {
  const data = logProbabilities.data as Float32Array;
  const classes = logProbabilities.dims[1];
  let n = 0;
  const bySequence = batch.map((sequence) =>
    sequence.scored.map(({ allowed }) => {
      const row = data.slice(n * classes, ++n * classes);
      if (!allowed) return row;
      const kept = new Float32Array(classes).fill(-Infinity);
      for (const index of allowed) kept[index] = row[index];
      return kept;
    }),
  );
  return { loss: (loss.data as Float32Array)[0], logProbabilities: bySequence };
}
