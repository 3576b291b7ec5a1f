import { Tensor } from "onnxruntime-node";
import type { EmbeddingTable } from "../embedding-table.js";
import { classesOf, headFeeds, unpackScores } from "../head/head-feeds.js";
import { unpackStep } from "../head/unpack-step.js";
import { trainablesOf } from "../head/trainables.js";
import type { GenerationOptions, Head, Program, ScoreResult, Sequence, StepResult, TensorValues, TrainableSpecification } from "../program.js";
import { SessionSet } from "../session/session-set.js";
import type { EncoderDecoderConfiguration } from "./configuration.js";
import { decoderFeeds, encoderFeeds, type FeedOptions, type Feeds } from "./feeds.js";
import { generateAnswer } from "./generate.js";
import { buildEncoderDecoderGraph, type EncoderDecoderPurpose } from "./graph.js";
import type { EncoderDecoderWeights } from "./weights.js";

export interface EncoderDecoderProgramOptions {
  readonly configuration: EncoderDecoderConfiguration;
  readonly weights: EncoderDecoderWeights;
  readonly embeddings: EmbeddingTable;
  /** Rows of the output matrix by token id [ids, d]. */
  readonly outputRows: (ids: ArrayLike<number>) => Float32Array;
  readonly virtualTokens: number;
  readonly head: Head;
  readonly threads?: number;
}

/**
 * Trains through an encoder-decoder whose graph we build ourselves: the soft prompt stands among the encoder's rows
 * (Lester et al. 2021), the answer is scored by the decoder. Attention of the encoder goes both ways, so every row
 * depends on the prompt and nothing of a text can be kept between steps.
 */
export class EncoderDecoderProgram implements Program {
  readonly trainables: readonly TrainableSpecification[];
  readonly head: Head;
  private readonly headRows?: Float32Array;
  private readonly sessions: SessionSet<EncoderDecoderPurpose>;

  constructor(private readonly options: EncoderDecoderProgramOptions) {
    const { configuration, weights, head, virtualTokens, threads } = options;
    this.head = head;
    this.trainables = trainablesOf(virtualTokens, head, configuration.hiddenSize);
    this.sessions = new SessionSet((purpose) => buildEncoderDecoderGraph({ configuration, weights, purpose, virtualTokens, head }), { weightsFolder: weights.folder, threads, tellShapes: true });
    if (head.kind === "words") this.headRows = options.outputRows(head.tokenIds);
  }

  async step(batch: readonly Sequence[], values: TensorValues): Promise<StepResult> {
    return unpackStep(await this.sessions.run("step", this.batchFeeds(batch, values)), this.trainables);
  }

  async score(batch: readonly Sequence[], values: TensorValues): Promise<ScoreResult> {
    const outputs = await this.sessions.run("score", this.batchFeeds(batch, values));
    return unpackScores(batch, outputs.loss, outputs.log_probabilities);
  }

  async generate(sequence: Sequence, values: TensorValues, options: GenerationOptions): Promise<Int32Array> {
    const head = this.headFeeds([{ ...sequence, scored: [{ row: 0, target: 0 }] }], values);
    return generateAnswer(sequence, options, {
      ...this.feedOptions,
      encode: (feeds) => this.sessions.run("encode", { ...feeds, ...this.promptFeed(values) }),
      decode: (feeds) => this.sessions.run("generate", { ...feeds, ...head }),
    });
  }

  dispose(): Promise<void> {
    return this.sessions.dispose();
  }

  private get feedOptions(): FeedOptions {
    const { configuration, embeddings, virtualTokens } = this.options;
    return { configuration, embeddings, withVirtual: virtualTokens > 0 };
  }

  private batchFeeds(batch: readonly Sequence[], values: TensorValues): Feeds {
    return { ...encoderFeeds(batch, this.feedOptions), ...decoderFeeds(batch, this.feedOptions), ...this.promptFeed(values), ...this.headFeeds(batch, values) };
  }

  private promptFeed(values: TensorValues): Feeds {
    const { virtualTokens, configuration } = this.options;
    return virtualTokens > 0 ? { prompt: new Tensor("float32", values.prompt, [virtualTokens, configuration.hiddenSize]) } : {};
  }

  private headFeeds(batch: readonly Sequence[], values: TensorValues): Feeds {
    const { hiddenSize, vocabularySize } = this.options.configuration;
    return headFeeds(batch, { head: this.head, hiddenSize, classes: classesOf(this.head, vocabularySize), headRows: this.headRows, values });
  }
}
