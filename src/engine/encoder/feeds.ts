import { Tensor } from "onnxruntime-node";
import { masksOf } from "../decoder/configuration.js";
import { rotaryFeeds } from "../decoder/feeds.js";
import type { EmbeddingTable } from "../embedding-table.js";
import type { Sequence } from "../program.js";
import type { EncoderConfiguration } from "./configuration.js";

/** Added to the score of a key that a row must not see. Finite, so that no NaN can arise; exp(−1e9) is exactly 0. */
const masked = -1e9;

const whole = (values: ArrayLike<number>, shape: readonly number[]): Tensor => new Tensor("int64", BigInt64Array.from(Array.from(values, BigInt)), shape);

export interface EncoderFeeds {
  readonly feeds: Record<string, Tensor>;
  /** Rows of every sequence, padding included. */
  readonly time: number;
}

/** A batch, padded on the right, as `buildEncoderGraph` wants it; without the trainables and what the head is fed. */
export function encoderFeeds(batch: readonly Sequence[], configuration: EncoderConfiguration, embeddings: EmbeddingTable, withPrompt: boolean): EncoderFeeds {
  const { hiddenSize, firstPosition } = configuration;
  const time = Math.max(...batch.map(({ tokens }) => tokens.length));
  const rows = batch.length * time;
  const matrix = embeddings.matrix();
  const vectors = new Float32Array(rows * hiddenSize);
  const virtualTokens = new Int32Array(rows).fill(-1);
  const positions = new Int32Array(rows);
  batch.forEach(({ tokens, virtualTokens: slots }, item) => {
    for (let row = 0; row < time; row++) {
      const at = item * time + row;
      positions[at] = firstPosition + row;
      if (row >= tokens.length) continue;
      virtualTokens[at] = slots[row];
      if (slots[row] < 0) vectors.set(matrix.subarray(tokens[row] * hiddenSize, (tokens[row] + 1) * hiddenSize), at * hiddenSize);
    }
  });
  const lengths = batch.map(({ tokens }) => tokens.length);
  const feeds: Record<string, Tensor> = {
    token_embeddings: new Tensor("float32", vectors, [rows, hiddenSize]),
    positions: whole(positions, [batch.length, time]),
    ...rotaryFeeds(configuration, time),
  };
  if (withPrompt) feeds.virtual_tokens = whole(virtualTokens, [rows]);
  for (const kind of masksOf(configuration)) feeds[`bias.${kind}`] = kind === "whole" ? paddingBias(lengths, time) : windowBias(lengths, time, configuration.window!);
  return { feeds, time };
}

/** Flat index of every scored row, in the order of the sequences. */
export function scoredRows(batch: readonly Sequence[], time: number): Tensor {
  const rows = batch.flatMap(({ scored }, item) => scored.map(({ row }) => item * time + row));
  return whole(rows, [rows.length]);
}

/** [batch, 1, 1, time]: nobody sees padding. */
export function paddingBias(lengths: readonly number[], time: number): Tensor {
  const data = new Float32Array(lengths.length * time);
  lengths.forEach((length, item) => data.fill(masked, item * time + length, (item + 1) * time));
  return new Tensor("float32", data, [lengths.length, 1, 1, time]);
}

/** [batch, 1, time, time]: every row sees `window` positions to each side, and no padding. */
export function windowBias(lengths: readonly number[], time: number, window: number): Tensor {
  const data = new Float32Array(lengths.length * time * time).fill(masked);
  lengths.forEach((length, item) => {
    for (let row = 0; row < time; row++) {
      const start = (item * time + row) * time;
      const first = Math.max(0, row - window);
      const end = Math.min(length, row + window + 1);
      // A row of padding far behind the text would see nothing; what it computes is never read.
      if (first < end) data.fill(0, start + first, start + end);
    }
  });
  return new Tensor("float32", data, [lengths.length, 1, time, time]);
}
