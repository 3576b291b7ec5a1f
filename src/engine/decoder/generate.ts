import type { Tensor } from "onnxruntime-node";
import type { EmbeddingTable } from "../embedding-table.js";
import { PromptTuningError } from "../../common/errors.js";
import type { BatchGenerationOptions, Sequence } from "../program.js";
import type { DecoderConfiguration } from "./configuration.js";
import { batchFeeds, biasFeeds, type Feeds } from "./feeds.js";
import { everyQuery, type Lanes, planLanes, scoredQueries } from "./lanes.js";
import { plainLayout } from "./layout.js";

export interface GreedyOptions {
  readonly configuration: DecoderConfiguration;
  readonly embeddings: EmbeddingTable;
  readonly virtualTokens: number;
  /** Runs the graph that gives `log_probabilities` [batch, vocabulary] and all keys and values so far. */
  readonly run: (past: "none" | "each", feeds: Feeds, scored: readonly Sequence[]) => Promise<Readonly<Record<string, Tensor>>>;
}

/**
 * Greedy continuations of several sequences at once: the most probable token at every position; of equal ones the smaller
 * id. Exact: a sequence sees nothing of the others and nothing of the padding behind shorter ones. One that has ended
 * stays in the batch, unread, until all have.
 * @returns the new tokens of each sequence, in the order of the batch
 */
export async function generateGreedily(batch: readonly Sequence[], { maxNewTokens, stopTokenIds, signal, onToken }: BatchGenerationOptions, options: GreedyOptions): Promise<Int32Array[]> {
  const { configuration, run } = options;
  const generated = batch.map((): number[] => []);
  const goingOn = new Set(batch.keys());
  let current = batch.map(scoringLastRow);
  let outputs = await run("none", feedsOf(planLanes(current, plainLayout(current)), options), current);
  for (let made = 0; ; made++) {
    if (signal?.aborted) throw new PromptTuningError("stopped", "The generation was stopped.");
    for (const place of [...goingOn]) {
      const token = largestOf(outputs.log_probabilities, place, batch.length);
      if (stopTokenIds.includes(token)) goingOn.delete(place);
      else {
        generated[place].push(token);
        onToken?.(token, place);
        if (generated[place].length >= maxNewTokens || current[place].tokens.length + 1 >= configuration.contextLength) goingOn.delete(place);
      }
    }
    if (goingOn.size === 0) return generated.map((tokens) => Int32Array.from(tokens));
    current = current.map((sequence, place) => withToken(sequence, generated[place].at(-1) ?? 0));
    outputs = await run("each", { ...nextRowFeeds(current, batch, made, options), ...keysValuesSoFar(outputs, configuration) }, current);
  }
}

function scoringLastRow(sequence: Sequence): Sequence {
  return { ...sequence, scored: [{ row: sequence.tokens.length - 1, target: 0 }] };
}

function withToken({ tokens, virtualTokens }: Sequence, token: number): Sequence {
  return scoringLastRow({ tokens: Int32Array.from([...tokens, token]), virtualTokens: Int32Array.from([...virtualTokens, -1]), scored: [] });
}

const feedsOf = (lanes: Lanes, { configuration, embeddings, virtualTokens }: GreedyOptions): Feeds => batchFeeds(lanes, { configuration, embeddings, virtualTokens, scores: true });

/**
 * The last row of each sequence, which follows everything before it. The keys lie as [prompts, padded to the longest |
 * `made` new tokens | the new row]: to a mask the new tokens, of which every sequence has as many, are what shared rows are.
 */
function nextRowFeeds(current: readonly Sequence[], prompts: readonly Sequence[], made: number, options: GreedyOptions): Feeds {
  const lanes = planLanes(current, { past: "each", pastLengths: current.map(({ tokens }) => tokens.length - 1), sharedLength: 0 });
  const lengths = prompts.map(({ tokens }) => tokens.length);
  const masked: Lanes = { ...lanes, lanes: lanes.lanes.map((lane, place) => ({ ...lane, pastLength: lengths[place] })), pastTime: Math.max(...lengths), sharedLength: made, ownKeys: made + 1 };
  return {
    ...feedsOf(lanes, options),
    ...biasFeeds("all", masked, everyQuery(lanes), options.configuration),
    ...biasFeeds("scored", masked, scoredQueries(lanes), options.configuration),
  };
}

function keysValuesSoFar(outputs: Readonly<Record<string, Tensor>>, { layers }: DecoderConfiguration): Feeds {
  const feeds: Feeds = {};
  for (let layer = 0; layer < layers; layer++) {
    for (const part of ["key", "value"]) feeds[`past.${layer}.${part}`] = outputs[`present.${layer}.${part}`];
  }
  return feeds;
}

/** Index of the largest value of one row of [rows, values]. */
function largestOf({ data }: Tensor, row: number, rows: number): number {
  const width = data.length / rows;
  const values = (data as Float32Array).subarray(row * width, (row + 1) * width);
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
