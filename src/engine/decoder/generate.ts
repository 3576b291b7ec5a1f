import { Tensor } from "onnxruntime-node";
import type { EmbeddingTable } from "../embedding-table.js";
import { PromptTuningError } from "../../common/errors.js";
import type { BatchGenerationOptions, Sequence } from "../program.js";
import type { DecoderConfiguration } from "./configuration.js";
import { batchFeeds, biasFeeds, type Feeds, rotaryFeeds, scoredRowFeeds } from "./feeds.js";

export interface GreedyOptions {
  readonly configuration: DecoderConfiguration;
  readonly embeddings: EmbeddingTable;
  readonly withVirtual: boolean;
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
  const lengths = batch.map(({ tokens }) => tokens.length);
  const generated = batch.map((): number[] => []);
  const goingOn = new Set(batch.keys());
  let current = batch.map(scoringLastRow);
  let outputs = await run("none", rowFeeds(current, options), current);
  for (let made = 0; ; made++) {
    if (signal?.aborted) throw new PromptTuningError("stopped", "The generation was stopped.");
    for (const place of [...goingOn]) {
      const token = largestOf(outputs.log_probabilities, place, batch.length);
      if (stopTokenIds.includes(token)) goingOn.delete(place);
      else {
        generated[place].push(token);
        onToken?.(token, place);
        if (generated[place].length >= maxNewTokens || lengths[place] + made + 1 >= configuration.contextLength) goingOn.delete(place);
      }
    }
    if (goingOn.size === 0) return generated.map((tokens) => Int32Array.from(tokens));
    current = generated.map((tokens) => scoringLastRow({ tokens: Int32Array.of(tokens.at(-1) ?? 0), virtualTokens: Int32Array.of(-1), scored: [] }));
    outputs = await run("each", { ...rowFeeds(current, options), ...continueFrom(outputs, lengths, made, configuration) }, current);
  }
}

function scoringLastRow(sequence: Sequence): Sequence {
  return { ...sequence, scored: [{ row: sequence.tokens.length - 1, target: 0 }] };
}

/** Feeds of rows that follow nothing; `continueFrom` says what they follow. */
function rowFeeds(batch: readonly Sequence[], { configuration, embeddings, withVirtual }: GreedyOptions): Feeds {
  const layout = { past: "none", pastLengths: batch.map(() => 0), sharedLength: 0 } as const;
  return { ...batchFeeds(batch, layout, [], { configuration, embeddings, withVirtual }), ...scoredRowFeeds(batch, layout) };
}

/**
 * The keys and values made so far, the next position of each sequence, and masks that let its one new row see what it
 * may. The keys lie as [prompts, padded to the longest | `made` new tokens | the new row]: to a mask the new tokens, of
 * which every sequence has as many, are what shared rows are in a layout.
 */
function continueFrom(outputs: Readonly<Record<string, Tensor>>, lengths: readonly number[], made: number, configuration: DecoderConfiguration): Feeds {
  const longest = Math.max(...lengths);
  // Of a sequence that has ended at the context's end the position no longer matters.
  const positions = lengths.map((length) => BigInt(Math.min(length + made, configuration.contextLength - 1)));
  const feeds: Feeds = {
    "own.positions": new Tensor("int64", BigInt64Array.from(positions), [lengths.length, 1]),
    ...biasFeeds("own", configuration, lengths, longest, made, 1),
    ...rotaryFeeds(configuration, longest + made + 1),
  };
  for (let layer = 0; layer < configuration.layers; layer++) {
    feeds[`past.${layer}.key`] = outputs[`present.${layer}.key`];
    feeds[`past.${layer}.value`] = outputs[`present.${layer}.value`];
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
