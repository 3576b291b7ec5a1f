import { Tensor } from "onnxruntime-node";
import type { EmbeddingTable } from "../embedding-table.js";
import { PromptTuningError } from "../../common/errors.js";
import type { GenerationOptions, Sequence } from "../program.js";
import type { DecoderConfiguration } from "./configuration.js";
import { batchFeeds, biasFeeds, type Feeds, rotaryFeeds, scoredRowFeeds } from "./feeds.js";

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
  let length = sequence.tokens.length;
  let current = scoringLastRow(sequence);
  const layout = { past: "none", pastLengths: [0], sharedLength: 0 } as const;
  let outputs = await run("none", { ...batchFeeds([current], layout, [], { configuration, embeddings, withVirtual }), ...scoredRowFeeds([current], layout) }, current);
  for (;;) {
    if (signal?.aborted) throw new PromptTuningError("stopped", "The generation was stopped.");
    const token = indexOfLargest(outputs.log_probabilities.data as Float32Array);
    if (stopTokenIds.includes(token)) break;
    generated.push(token);
    onToken?.(token);
    if (generated.length >= maxNewTokens || length + 1 >= configuration.contextLength) break;

    current = scoringLastRow({ tokens: Int32Array.of(token), virtualTokens: Int32Array.of(-1), scored: [] });
    const feeds = {
      ...batchFeeds([current], layout, [], { configuration, embeddings, withVirtual }),
      ...scoredRowFeeds([current], layout),
      ...continueFrom(outputs, length, configuration),
    };
    outputs = await run("one", feeds, current);
    length++;
  }
  return Int32Array.from(generated);
}

function scoringLastRow(sequence: Sequence): Sequence {
  return { ...sequence, scored: [{ row: sequence.tokens.length - 1, target: 0 }] };
}

/** The keys and values made so far, the next position, and masks that let the one new row see what it may. */
function continueFrom(outputs: Readonly<Record<string, Tensor>>, length: number, configuration: DecoderConfiguration): Feeds {
  const feeds: Feeds = {
    "own.positions": new Tensor("int64", BigInt64Array.of(BigInt(length)), [1, 1]),
    ...biasFeeds("own", configuration, [length], length, 0, 1),
    ...rotaryFeeds(configuration, length + 1),
  };
  for (let layer = 0; layer < configuration.layers; layer++) {
    feeds[`past.${layer}.key`] = outputs[`present.${layer}.key`];
    feeds[`past.${layer}.value`] = outputs[`present.${layer}.value`];
  }
  return feeds;
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
