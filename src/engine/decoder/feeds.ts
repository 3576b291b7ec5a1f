import { Tensor } from "onnxruntime-node";
import type { EmbeddingTable } from "../embedding-table.js";
import { attentionBias } from "./attention-bias.js";
import { type DecoderConfiguration, masksOf } from "./configuration.js";
import type { KeptText } from "./kept-text.js";
import { everyQuery, type Lanes, type Query, scoredQueries, scoredRows } from "./lanes.js";
import { rotaryInputs, rotaryRows, usedRotaryTables } from "./rotary-cache.js";
import { type HeadCounts, keySlots, querySlots } from "./slots.js";

export type Feeds = Record<string, Tensor>;

const float = (data: Float32Array, shape: readonly number[]): Tensor => new Tensor("float32", data, shape);
const integer = (values: ArrayLike<number>, shape: readonly number[]): Tensor =>
  new Tensor("int64", BigInt64Array.from(Array.from(values, (value) => BigInt(value))), shape);

export interface BatchFeedsOptions {
  readonly configuration: DecoderConfiguration;
  readonly embeddings: EmbeddingTable;
  /** Virtual tokens of a prompt; 0 where the graph has no prompt input. */
  readonly virtualTokens: number;
  /** Whether the graph scores rows; one that encodes does not. */
  readonly scores: boolean;
}

/** Everything a graph of the given layout reads of a batch, except the trainables, the past and the head's inputs. */
export function batchFeeds(batch: Lanes, options: BatchFeedsOptions): Feeds {
  const { configuration, scores } = options;
  const { attentionHeads, keyValueHeads } = configuration;
  const heads = { keyValueHeads, groups: attentionHeads / keyValueHeads };
  const keys = keySlots(batch, keyValueHeads);
  const feeds: Feeds = {
    ...rowFeeds(batch, options),
    ...queryFeeds("all", batch, everyQuery(batch), configuration, heads),
    "key.slots": integer(keys.slots, keys.shape),
    "key.rows": integer(keys.rows, [batch.rows, keyValueHeads]),
    ...rotaryFeeds(configuration, Math.max(...batch.lanes.map(({ start, length }) => start + length))),
  };
  if (batch.sharedLength > 0) {
    feeds.shared_length = integer([batch.sharedLength], [1]);
    feeds.groups = integer([batch.groups], [1]);
  }
  if (!scores) return feeds;
  const scored = scoredRows(batch);
  return { ...feeds, scored_rows: integer(scored, [scored.length]), ...queryFeeds("scored", batch, scoredQueries(batch), configuration, heads) };
}

/** Embeddings (zero where a virtual token stands), rows of the prompts (those of a group behind those of the one before) and positions of all rows. */
function rowFeeds({ lanes, shared, rows }: Lanes, { configuration, embeddings, virtualTokens }: BatchFeedsOptions): Feeds {
  const { width } = embeddings;
  const data = new Float32Array(rows * width);
  const promptRows = new Int32Array(rows).fill(-1);
  const positions = new Int32Array(rows);
  const constant: { row: number; token: number }[] = [];
  for (const { sequence, start, length, firstRow, group } of [...shared, ...lanes]) {
    for (let i = 0; i < length; i++) {
      const row = firstRow + i;
      positions[row] = Math.min(start + i, configuration.contextLength - 1);
      const virtual = sequence.virtualTokens[start + i];
      if (virtual < 0) constant.push({ row, token: sequence.tokens[start + i] });
      else promptRows[row] = group * virtualTokens + virtual;
    }
  }
  const vectors = embeddings.gather(constant.map(({ token }) => token));
  constant.forEach(({ row }, i) => data.set(vectors.subarray(i * width, (i + 1) * width), row * width));
  return {
    row_embeddings: float(data, [rows, width]),
    positions: integer(positions, [rows, 1]),
    ...(virtualTokens > 0 ? { virtual_tokens: integer(promptRows, [rows]) } : {}),
  };
}

/** What leads the rows that ask into the slots of attention, and their masks. */
function queryFeeds(name: "all" | "scored", batch: Lanes, queries: readonly (readonly Query[])[], configuration: DecoderConfiguration, heads: HeadCounts): Feeds {
  const { slots, shape, rows, filled } = querySlots(queries, heads);
  return {
    [`${name}.slots`]: integer(slots, shape),
    [`${name}.rows`]: integer(rows, [rows.length / configuration.attentionHeads, configuration.attentionHeads]),
    [`${name}.filled`]: float(filled, [1, shape[1], shape[2], 1]),
    ...biasFeeds(name, batch, queries, configuration),
  };
}

/** The masks of the rows that ask, those that some layer of the model reads. */
export function biasFeeds(name: "all" | "scored", batch: Lanes, queries: readonly (readonly Query[])[], configuration: DecoderConfiguration): Feeds {
  const feeds: Feeds = {};
  for (const kind of masksOf(configuration)) {
    const bias = attentionBias(batch, queries, kind === "window" ? configuration.window : undefined);
    feeds[`${name}.bias.${kind}`] = float(bias.data, bias.shape);
  }
  return feeds;
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

/** Kept keys and values as [key/value heads, texts, pastTime, headSize], zero behind the shorter texts. */
export function pastFeeds(kept: readonly KeptText[], pastTime: number, { layers, keyValueHeads, headSize }: DecoderConfiguration): Feeds {
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
