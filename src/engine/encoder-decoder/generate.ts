import type { Tensor } from "onnxruntime-node";
import { PromptTuningError } from "../../common/errors.js";
import type { GenerationOptions, Sequence } from "../program.js";
import { answerFeeds, decoderTokens, encoderFeeds, type FeedOptions, type Feeds, noKeysValues, scoredRowFeed } from "./feeds.js";

type Outputs = Readonly<Record<string, Tensor>>;

export interface GreedyAnswerOptions extends FeedOptions {
  /** Runs the encoder. */
  readonly encode: (feeds: Feeds) => Promise<Outputs>;
  /** Runs the decoder over some tokens: `log_probabilities` [1, vocabulary] behind the last, keys and values so far. */
  readonly decode: (feeds: Feeds) => Promise<Outputs>;
}

/**
 * Greedy answer to one text: the most probable token at every position; of equal ones the smaller id. The encoder runs
 * once; of the answer only the newest token goes through the decoder.
 */
export async function generateAnswer(sequence: Sequence, { maxNewTokens, stopTokenIds, signal, onToken }: GenerationOptions, options: GreedyAnswerOptions): Promise<Int32Array> {
  const { configuration, encode, decode } = options;
  const refuseStopped = (): void => {
    if (signal?.aborted) throw new PromptTuningError("stopped", "The generation was stopped.");
  };
  refuseStopped();
  const text = await encode(encoderFeeds([sequence], options));
  const generated: number[] = [];
  let past = 0;
  let tokens = decoderTokens(sequence, configuration);
  let keysValues = noKeysValues(configuration);
  for (;;) {
    refuseStopped();
    const outputs = await decode({ ...text, ...keysValues, ...answerFeeds([tokens], past, options), ...scoredRowFeed([tokens.length - 1]) });
    const token = indexOfLargest(outputs.log_probabilities.data as Float32Array);
    if (stopTokenIds.includes(token)) break;
    generated.push(token);
    onToken?.(token);
    past += tokens.length;
    if (generated.length >= maxNewTokens || past >= configuration.contextLength) break;
    tokens = Int32Array.of(token);
    keysValues = presentAsPast(outputs);
  }
  return Int32Array.from(generated);
}

function presentAsPast(outputs: Outputs): Feeds {
  const kept = Object.entries(outputs).filter(([name]) => name.startsWith("present."));
  return Object.fromEntries(kept.map(([name, tensor]) => [name.replace("present.", "past."), tensor]));
}

function indexOfLargest(values: Float32Array): number {
  return values.reduce((best, value, id) => (value > values[best] ? id : best), 0);
}
