import type { Tensor } from "onnxruntime-node";
import type { EmbeddingTable } from "../embedding-table.js";
import { PromptTuningError } from "../../common/errors.js";
import type { GenerationOptions, Sequence } from "../program.js";
import type { DecoderConfiguration } from "./configuration.js";
import { batchFeeds, type Feeds } from "./feeds.js";
import { planLanes } from "./lanes.js";

export interface GreedyOptions {
  readonly configuration: DecoderConfiguration;
  readonly embeddings: EmbeddingTable;
  readonly withVirtual: boolean;
  /** Runs the graph that gives `log_probabilities` [1, vocabulary] and all keys and values so far. */
  readonly run: (past: "none" | "one", feeds: Feeds, scored: Sequence) => Promise<Readonly<Record<string, Tensor>>>;
}

/** Greedy continuation: the most probable token at every position; of equal ones the smaller id. */
export async function generateGreedily(sequence: Sequence, { maxNewTokens, stopTokenIds, signal, onToken }: GenerationOptions, options: GreedyOptions): Promise<Int32Array> {
  const { configuration, embeddings, withVirtual, run } = options;
  const generated: number[] = [];
  let current = scoringLastRow(sequence);
  const feedsOf = (pastLength: number): Feeds => {
    const layout = { past: pastLength > 0 ? "one" : "none", pastLengths: [pastLength], sharedLength: 0 } as const;
    return batchFeeds(planLanes([current], layout), { configuration, embeddings, withVirtual, scores: true });
  };
  let outputs = await run("none", feedsOf(0), current);
  for (;;) {
    if (signal?.aborted) throw new PromptTuningError("stopped", "The generation was stopped.");
    const token = indexOfLargest(outputs.log_probabilities.data as Float32Array);
    if (stopTokenIds.includes(token)) break;
    generated.push(token);
    onToken?.(token);
    const length = current.tokens.length;
    if (generated.length >= maxNewTokens || length + 1 >= configuration.contextLength) break;
    current = scoringLastRow({ tokens: Int32Array.from([...current.tokens, token]), virtualTokens: Int32Array.from([...current.virtualTokens, -1]), scored: [] });
    outputs = await run("one", { ...feedsOf(length), ...keysValuesSoFar(outputs, configuration) }, current);
  }
  return Int32Array.from(generated);
}

function scoringLastRow(sequence: Sequence): Sequence {
  return { ...sequence, scored: [{ row: sequence.tokens.length - 1, target: 0 }] };
}

function keysValuesSoFar(outputs: Readonly<Record<string, Tensor>>, { layers }: DecoderConfiguration): Feeds {
  const feeds: Feeds = {};
  for (let layer = 0; layer < layers; layer++) {
    for (const part of ["key", "value"]) feeds[`past.${layer}.${part}`] = outputs[`present.${layer}.${part}`];
  }
  return feeds;
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
