import { Tensor } from "onnxruntime-node";
import { PromptTuningError } from "../../common/errors.js";
import { encoderCannotWrite } from "./cannot-write.js";
import type { EmbeddingTable } from "../embedding-table.js";
import { classesOf, headFeeds, unpackScores } from "../head/head-feeds.js";
import { unpackStep } from "../head/unpack-step.js";
import { poolingFeeds } from "../head/pooling.js";
import { trainablesOf } from "../head/trainables.js";
import type { Head, Program, ScoreResult, Sequence, StepResult, TensorValues, TrainableSpecification } from "../program.js";
import { SessionSet } from "../session/session-set.js";
import type { EncoderConfiguration } from "./configuration.js";
import { buildEncoderGraph, type EncoderPurpose } from "./encoder-graph.js";
import { encoderFeeds, scoredRows } from "./feeds.js";
import type { EncoderWeights } from "./weights.js";

export interface EncoderProgramOptions {
  readonly configuration: EncoderConfiguration;
  readonly weights: EncoderWeights;
  readonly embeddings: EmbeddingTable;
  /** Rows of the output matrix by token id [ids, d], and their biases [ids] where the model has them; read for the head "words". */
  readonly outputRows: (ids: Int32Array) => { readonly rows: Float32Array; readonly bias?: Float32Array };
  /** 0: nothing is inserted, as for a zero-shot baseline. */
  readonly virtualTokens: number;
  readonly head: Head;
  readonly threads?: number;
}

/**
 * Trains through an encoder whose graph we build ourselves. Attention looks both ways, so nothing can be kept or shared
 * between rows or batches: every batch is computed whole, padded to its longest sequence.
 */
export class EncoderProgram implements Program {
  readonly trainables: readonly TrainableSpecification[];
  readonly head: Head;
  private readonly sessions: SessionSet<EncoderPurpose>;
  private readonly words?: ReturnType<EncoderProgramOptions["outputRows"]>;

  /** @throws PromptTuningError kind "model" where the model lacks what the head reads. */
  constructor(private readonly options: EncoderProgramOptions) {
    const { configuration, weights, head, virtualTokens, threads } = options;
    checkHead(head, configuration);
    this.head = head;
    this.trainables = trainablesOf(virtualTokens, head, configuration.hiddenSize);
    this.sessions = new SessionSet((purpose) => buildEncoderGraph({ configuration, weights, purpose, virtualTokens, head }), { weightsFolder: weights.folder, threads, tellShapes: true });
    if (head.kind === "words") this.words = options.outputRows(head.tokenIds);
  }

  async step(batch: readonly Sequence[], values: TensorValues): Promise<StepResult> {
    return unpackStep(await this.sessions.run("step", this.feeds(batch, values)), this.trainables);
  }

  async score(batch: readonly Sequence[], values: TensorValues): Promise<ScoreResult> {
    const outputs = await this.sessions.run("score", this.feeds(batch, values));
    return unpackScores(batch, outputs.loss, outputs.log_probabilities);
  }

  generate(): Promise<never> {
    return Promise.reject(encoderCannotWrite());
  }

  dispose(): Promise<void> {
    return this.sessions.dispose();
  }

  private feeds(batch: readonly Sequence[], values: TensorValues): Record<string, Tensor> {
    const { configuration, embeddings, virtualTokens } = this.options;
    const { head } = this;
    const { feeds, time } = encoderFeeds(batch, configuration, embeddings, virtualTokens > 0);
    if (virtualTokens > 0) feeds.prompt = new Tensor("float32", values.prompt, [virtualTokens, configuration.hiddenSize]);
    if (head.kind === "linear" && (head.pooling === "mean" || head.pooling === "max")) Object.assign(feeds, poolingFeeds(batch, time, head.pooling));
    else feeds.scored_rows = scoredRows(batch, time);
    const { hiddenSize, vocabularySize } = configuration;
    return { ...feeds, ...headFeeds(batch, { head, hiddenSize, classes: classesOf(head, vocabularySize), headRows: this.words?.rows, headBias: this.words?.bias, values }) };
  }
}


function checkHead(head: Head, { maskedHead, pooler }: EncoderConfiguration): void {
  if (head.kind !== "linear" && !maskedHead) {
    throw new PromptTuningError("model", "The encoder has no masked-LM head, so it cannot score words.", { advice: 'Train a light head: "head": "linear" under "task".', setting: ["task", "head"] });
  }
  if (head.kind === "linear" && head.pooling === "pooler" && !pooler) {
    throw new PromptTuningError("model", "The encoder's files hold no pooler.", { advice: 'Choose "cls", "mean" or "max" as task.pooling.', setting: ["task", "pooling"] });
  }
}
