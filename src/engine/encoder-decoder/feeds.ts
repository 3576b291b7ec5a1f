import { Tensor } from "onnxruntime-node";
import type { EmbeddingTable } from "../embedding-table.js";
import type { Sequence } from "../program.js";
import type { EncoderDecoderConfiguration, Side } from "./configuration.js";
import { relativeBuckets } from "./relative-positions.js";

export type Feeds = Record<string, Tensor>;

/** Added to the score of a key that a row must not see. Finite, so that no NaN can arise; exp(−1e9) is exactly 0. */
const masked = -1e9;

const float = (data: Float32Array, shape: readonly number[]): Tensor => new Tensor("float32", data, shape);
const integer = (values: ArrayLike<number>): Tensor => new Tensor("int64", BigInt64Array.from(Array.from(values, BigInt)), [values.length]);

/** Where a sequence's answer begins: what stands before is the encoder's, the rest the decoder's. */
export function answerStartOf({ answerStart, tokens }: Sequence): number {
  return answerStart ?? tokens.length;
}

/** What the decoder reads of a sequence: its start token and the answer's tokens. */
export function decoderTokens(sequence: Sequence, { decoderStartId }: EncoderDecoderConfiguration): Int32Array {
  return Int32Array.of(decoderStartId, ...sequence.tokens.subarray(answerStartOf(sequence)));
}

export interface FeedOptions {
  readonly configuration: EncoderDecoderConfiguration;
  readonly embeddings: EmbeddingTable;
  /** Whether the graph has a prompt input. */
  readonly withVirtual: boolean;
}

/** The encoder's inputs for a batch, padded on the right. */
export function encoderFeeds(batch: readonly Sequence[], { configuration, embeddings, withVirtual }: FeedOptions): Feeds {
  const texts = batch.map((sequence) => sequence.tokens.subarray(0, answerStartOf(sequence)));
  const time = Math.max(...texts.map(({ length }) => length));
  const feeds: Feeds = {
    "encoder.embeddings": embeddingFeed(texts, time, embeddings),
    "encoder.buckets": bucketFeed("encoder", configuration, time),
    "encoder.mask": paddingMask(texts.map(({ length }) => length), time),
  };
  if (!withVirtual) return feeds;
  const rows = new Int32Array(batch.length * time).fill(-1);
  batch.forEach(({ virtualTokens }, item) => rows.set(virtualTokens.subarray(0, texts[item].length), item * time));
  return { ...feeds, "encoder.virtual_tokens": integer(rows) };
}

/** The decoder's inputs for a batch, padded on the right, and the flat index of every scored row among its rows. */
export function decoderFeeds(batch: readonly Sequence[], { configuration, embeddings }: FeedOptions): Feeds {
  const answers = batch.map((sequence) => decoderTokens(sequence, configuration));
  const time = Math.max(...answers.map(({ length }) => length));
  const scored = batch.flatMap((sequence, item) => sequence.scored.map(({ row }) => item * time + rowInAnswer(sequence, row)));
  return { ...answerFeeds(answers, 0, { configuration, embeddings }), ...scoredRowFeed(scored) };
}

export function scoredRowFeed(rows: readonly number[]): Feeds {
  return { scored_rows: integer(rows) };
}

/** Tokens that follow on `past` others of the same answer. */
export function answerFeeds(answers: readonly Int32Array[], past: number, { configuration, embeddings }: Pick<FeedOptions, "configuration" | "embeddings">): Feeds {
  const time = Math.max(...answers.map(({ length }) => length));
  return {
    "decoder.embeddings": embeddingFeed(answers, time, embeddings),
    "decoder.buckets": bucketFeed("decoder", configuration, time, past),
    "decoder.mask": causalMask(time, past),
  };
}

/** The decoder's row of a scored row of the sequence: the one before the answer is the start token's. */
function rowInAnswer(sequence: Sequence, row: number): number {
  const found = row - answerStartOf(sequence) + 1;
  if (found < 0) throw new RangeError(`Row ${row} stands before the answer, where an encoder-decoder scores nothing.`);
  return found;
}

/** [batch, time, hiddenSize], zeros for virtual tokens and padding. */
function embeddingFeed(texts: readonly Int32Array[], time: number, { width, matrix: whole }: EmbeddingTable): Tensor {
  const matrix = whole();
  const data = new Float32Array(texts.length * time * width);
  texts.forEach((tokens, item) =>
    tokens.forEach((token, row) => {
      if (token >= 0) data.set(matrix.subarray(token * width, (token + 1) * width), (item * time + row) * width);
    }),
  );
  return float(data, [texts.length, time, width]);
}

function bucketFeed(side: Side, configuration: EncoderDecoderConfiguration, time: number, past = 0): Tensor {
  return new Tensor("int64", relativeBuckets(side, configuration, time, past), [time, past + time]);
}

/** One mask for all where no text is padded. */
function paddingMask(lengths: readonly number[], time: number): Tensor {
  const batch = lengths.every((length) => length === time) ? 1 : lengths.length;
  const data = new Float32Array(batch * time);
  if (batch > 1) lengths.forEach((length, item) => data.fill(masked, item * time + length, (item + 1) * time));
  return float(data, [batch, 1, 1, time]);
}

function causalMask(time: number, past: number): Tensor {
  const keys = past + time;
  const data = new Float32Array(time * keys);
  for (let row = 0; row < time; row++) data.fill(masked, row * keys + past + row + 1, (row + 1) * keys);
  return float(data, [1, 1, time, keys]);
}

/** The keys and values of an answer before its first token. */
export function noKeysValues({ decoderLayers, attentionHeads, headSize }: EncoderDecoderConfiguration): Feeds {
  const none = float(new Float32Array(0), [1, attentionHeads, 0, headSize]);
  return Object.fromEntries(Array.from({ length: decoderLayers }, (_, layer) => layer).flatMap((layer) => [[`past.${layer}.key`, none], [`past.${layer}.value`, none]]));
}
