import { Tensor } from "onnxruntime-node";
import type { EmbeddingTable } from "../embedding-table.js";
import type { Sequence } from "../program.js";
import { ownBias } from "./attention-bias.js";
import { type DecoderConfiguration, masksOf } from "./configuration.js";
import type { KeptText } from "./kept-text.js";
import type { BatchLayout } from "./layout.js";
import { rotaryInputs, rotaryRows, usedRotaryTables } from "./rotary-cache.js";

export type Feeds = Record<string, Tensor>;

const float = (data: Float32Array, shape: readonly number[]): Tensor => new Tensor("float32", data, shape);
const integer = (values: ArrayLike<number>, shape: readonly number[]): Tensor =>
  new Tensor("int64", BigInt64Array.from(Array.from(values, (value) => BigInt(value))), shape);

/** Rows [from, to) of a sequence as the inputs of a stream, padded to `time` rows. */
interface StreamRows {
  readonly sequence: Sequence;
  readonly from: number;
  readonly to: number;
}

/** Feeds of one stream: embeddings (zero where a virtual token or padding stands), virtual tokens and positions. */
function streamFeeds(name: "own" | "shared", rows: readonly StreamRows[], time: number, embeddings: EmbeddingTable, withVirtual: boolean, lastPosition: number): Feeds {
  const { width } = embeddings;
  const matrix = embeddings.matrix();
  const data = new Float32Array(rows.length * time * width);
  const virtualTokens = new Int32Array(rows.length * time).fill(-1);
  const positions = new Int32Array(rows.length * time);
  rows.forEach(({ sequence, from, to }, item) => {
    for (let row = 0; row < time; row++) {
      const at = item * time + row;
      const position = from + row;
      positions[at] = Math.min(position, lastPosition);
      if (position >= to) continue;
      virtualTokens[at] = sequence.virtualTokens[position];
      const token = sequence.tokens[position];
      if (virtualTokens[at] < 0) data.set(matrix.subarray(token * width, (token + 1) * width), at * width);
    }
  });
  const feeds: Feeds = {
    [`${name}.embeddings`]: float(data, [rows.length * time, width]),
    [`${name}.positions`]: integer(positions, [rows.length, time]),
  };
  if (withVirtual) feeds[`${name}.virtual_tokens`] = integer(virtualTokens, [rows.length * time]);
  return feeds;
}

export interface BatchFeedsOptions {
  readonly configuration: DecoderConfiguration;
  readonly embeddings: EmbeddingTable;
  /** Whether the graph has a prompt input. */
  readonly withVirtual: boolean;
}

/** Everything a graph of the given layout reads of a batch, except the trainables and the head's inputs. */
export function batchFeeds(batch: readonly Sequence[], layout: BatchLayout, kept: readonly KeptText[], options: BatchFeedsOptions): Feeds {
  const { configuration, embeddings, withVirtual } = options;
  const lastPosition = configuration.contextLength - 1;
  const { pastLengths, sharedLength } = layout;
  const starts = pastLengths.map((length) => length + sharedLength);
  const time = Math.max(...batch.map((sequence, i) => sequence.tokens.length - starts[i]));
  const pastTime = layout.past === "none" ? 0 : Math.max(...pastLengths);

  const own = batch.map((sequence, i) => ({ sequence, from: starts[i], to: sequence.tokens.length }));
  const feeds = streamFeeds("own", own, time, embeddings, withVirtual, lastPosition);
  Object.assign(feeds, biasFeeds("own", configuration, pastLengths, pastTime, sharedLength, time), rotaryFeeds(configuration, Math.max(...starts) + time));
  if (sharedLength > 0) {
    const shared = [{ sequence: batch[0], from: pastLengths[0], to: starts[0] }];
    Object.assign(feeds, streamFeeds("shared", shared, sharedLength, embeddings, withVirtual, lastPosition));
    Object.assign(feeds, biasFeeds("shared", configuration, [pastTime], pastTime, 0, sharedLength));
  }
  if (layout.past !== "none") Object.assign(feeds, pastFeeds(kept, pastTime, configuration));
  return feeds;
}

/** The masks of a stream's rows, those that some layer of the model reads. See `ownBias`. */
export function biasFeeds(name: "own" | "shared", configuration: DecoderConfiguration, pastLengths: readonly number[], pastTime: number, sharedLength: number, time: number): Feeds {
  const mask = (kind: "whole" | "window"): Tensor => {
    const { data, shape } = ownBias(pastLengths, pastTime, sharedLength, time, kind === "window" ? configuration.window : undefined);
    return float(data, shape);
  };
  return Object.fromEntries(masksOf(configuration).map((kind) => [`${name}.bias.${kind}`, mask(kind)]));
}

/** Cosines and sines of at least the first `rows` positions, for every rotary embedding of the model. */
export function rotaryFeeds(configuration: Pick<DecoderConfiguration, "positions" | "layerKinds" | "rotaryTables" | "contextLength">, rows: number): Feeds {
  const feeds: Feeds = {};
  for (const index of usedRotaryTables(configuration)) {
    const table = rotaryRows(configuration.rotaryTables[index], Math.min(rows, configuration.contextLength));
    const { cosine, sine } = rotaryInputs(index);
    feeds[cosine] = float(table.cosine, [table.rows, table.pairs]);
    feeds[sine] = float(table.sine, [table.rows, table.pairs]);
  }
  return feeds;
}

/** Flat index of every scored row among the own rows, in the order of the sequences. */
export function scoredRowFeeds(batch: readonly Sequence[], layout: BatchLayout): Feeds {
  const starts = layout.pastLengths.map((length) => length + layout.sharedLength);
  const time = Math.max(...batch.map((sequence, i) => sequence.tokens.length - starts[i]));
  const rows = batch.flatMap((sequence, i) => sequence.scored.map(({ row }) => i * time + row - starts[i]));
  return { scored_rows: integer(rows, [rows.length]) };
}

/** Kept keys and values as [key/value heads, texts, pastTime, headSize], zero behind the shorter texts. */
function pastFeeds(kept: readonly KeptText[], pastTime: number, { layers, keyValueHeads, headSize }: DecoderConfiguration): Feeds {
  const feeds: Feeds = {};
  const shape = [keyValueHeads, kept.length, pastTime, headSize];
  for (let layer = 0; layer < layers; layer++) {
    for (const [part, name] of [[0, "key"], [1, "value"]] as const) {
      const data = new Float32Array(keyValueHeads * kept.length * pastTime * headSize);
      kept.forEach(({ keysValues, tokens }, item) => {
        const block = tokens.length * headSize;
        for (let head = 0; head < keyValueHeads; head++) {
          const source = ((layer * 2 + part) * keyValueHeads + head) * block;
          data.set(keysValues.subarray(source, source + block), (head * kept.length + item) * pastTime * headSize);
        }
      });
      feeds[`past.${layer}.${name}`] = float(data, shape);
    }
  }
  return feeds;
}
