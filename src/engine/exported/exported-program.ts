import { Tensor } from "onnxruntime-node";
import { PromptTuningError } from "../../common/errors.js";
import { classesOf, headFeeds, unpackScores } from "../head/head-feeds.js";
import type { GenerationOptions, Head, Program, ProgramNotice, ScoreResult, Sequence, StepResult, TensorValues, TrainableSpecification } from "../program.js";
import { poolingFeeds } from "../head/pooling.js";
import { trainablesOf } from "../head/trainables.js";
import { unpackStep } from "../head/unpack-step.js";
import { encoderCannotWrite } from "../encoder/cannot-write.js";
import { roundsActivations } from "../quantised/exact-activations.js";
import { SessionSet } from "../session/session-set.js";
import { buildExportedGraph, type ExportedPurpose } from "./build-graph.js";
import { batchFeeds, type Feeds, scoredRowFeeds } from "./feeds.js";
import type { ExportedModel } from "./open-exported-model.js";
import { statesOf } from "./rewire.js";

export interface ExportedProgramOptions {
  readonly model: ExportedModel;
  /** 0: nothing is inserted, as for a zero-shot baseline. */
  readonly virtualTokens: number;
  readonly head: Head;
  readonly threads?: number;
  /** Longest sequence in tokens, where it is known (generation stops there). */
  readonly contextLength?: number;
  readonly onNotice?: ProgramNotice;
  /** Leaves the rounding of activations out, for checks. */
  readonly exactActivations?: boolean;
}

/**
 * A program for any exported language model or encoder. Exact, without the decoder's fast layouts: every batch is padded
 * to its longest sequence.
 * @throws PromptTuningError kind "operator" when a node between the prompt and the loss has no gradient rule.
 */
export function createExportedProgram(options: ExportedProgramOptions): Program {
  const { head, model, onNotice } = options;
  const { logits, product } = model.output;
  if (head.kind !== "linear" && logits === undefined) {
    throw new PromptTuningError("model", "The ONNX model gives hidden states and no logits, so it cannot score words.", {
      advice: 'Train a light head ("head": "linear" under "task"), or use an export with the language model\'s head.',
      file: model.file,
    });
  }
  if (head.kind === "linear") checkLightHead(head, model);
  else if (!product) onNotice?.("whole-logits", "The model's output product was not recognised: logits are computed for every token of every text, which is slower. The results are the same.");
  return new ExportedProgram(options);
}

function checkLightHead({ pooling }: Head & { kind: "linear" }, { output, file }: ExportedModel): void {
  if (!statesOf(output)) {
    throw new PromptTuningError("model", "A light head needs the model's final hidden states, which were not found in its ONNX graph.", {
      reason: "The logits do not come from a product with a constant matrix.",
      advice: "Use the verbalizer without a light head (task.head), or another export of the model.",
      file,
    });
  }
  if (pooling === "pooler") throw new PromptTuningError("model", "The pooler of an ONNX export is not read.", { advice: 'Choose "mean", "cls" or "max" as task.pooling.', setting: ["task", "pooling"] });
}

class ExportedProgram implements Program {
  readonly trainables: readonly TrainableSpecification[];
  readonly head: Head;
  readonly withExactActivations?: () => Program;
  private readonly sessions: SessionSet<ExportedPurpose>;

  constructor(private readonly options: ExportedProgramOptions) {
    const { head, model, virtualTokens, threads, exactActivations } = options;
    this.head = head;
    this.sessions = new SessionSet(
      (purpose) => buildExportedGraph(model, { virtualTokens, head, purpose, exactActivations }),
      { weightsFolder: model.folder, threads },
      { advice: "The model may have been exported for sizes of its own: export it again with dynamic axes for batch and time.", file: model.file },
    );
    if (!exactActivations && roundsActivations(model.graph)) this.withExactActivations = () => new ExportedProgram({ ...options, exactActivations: true });
    this.trainables = trainablesOf(virtualTokens, head, model.hiddenSize, statesOf(model.output)?.hiddenSize);
  }

  async step(batch: readonly Sequence[], values: TensorValues): Promise<StepResult> {
    return unpackStep(await this.sessions.run("step", this.feeds(batch, values)), this.trainables);
  }

  async score(batch: readonly Sequence[], values: TensorValues): Promise<ScoreResult> {
    const outputs = await this.sessions.run("score", this.feeds(batch, values));
    return unpackScores(batch, outputs.loss, outputs.log_probabilities);
  }

  /** The most probable token at every position (of equal ones the smaller id), the whole sequence run anew for each. */
  async generate(sequence: Sequence, values: TensorValues, { maxNewTokens, stopTokenIds, signal, onToken }: GenerationOptions): Promise<Int32Array> {
    if (this.options.model.output.logits === undefined) throw encoderCannotWrite();
    const generated: number[] = [];
    const tokens = [...sequence.tokens];
    const virtualTokens = [...sequence.virtualTokens];
    const longest = this.options.contextLength ?? Infinity;
    while (generated.length < maxNewTokens && tokens.length < longest) {
      if (signal?.aborted) throw new PromptTuningError("stopped", "The generation was stopped.");
      const current: Sequence = { tokens: Int32Array.from(tokens), virtualTokens: Int32Array.from(virtualTokens), scored: [{ row: tokens.length - 1, target: 0 }] };
      const outputs = await this.sessions.run("generate", this.inputFeeds([current], values));
      const scores = outputs.scores.data as Float32Array;
      const token = scores.reduce((best, score, id) => (score > scores[best] ? id : best), 0);
      if (stopTokenIds.includes(token)) break;
      generated.push(token);
      onToken?.(token);
      tokens.push(token);
      virtualTokens.push(-1);
    }
    return Int32Array.from(generated);
  }

  dispose(): Promise<void> {
    return this.sessions.dispose();
  }

  private inputFeeds(batch: readonly Sequence[], values: TensorValues): Feeds {
    const { model, virtualTokens } = this.options;
    const { feeds, time } = batchFeeds(batch, model.inputs, virtualTokens > 0);
    if (virtualTokens > 0) feeds.prompt = new Tensor("float32", values.prompt, [virtualTokens, model.hiddenSize]);
    const { head } = this;
    if (head.kind === "linear" && (head.pooling === "mean" || head.pooling === "max")) return { ...feeds, ...poolingFeeds(batch, time, head.pooling) };
    return { ...feeds, ...scoredRowFeeds(batch, time) };
  }

  private feeds(batch: readonly Sequence[], values: TensorValues): Feeds {
    const { output } = this.options.model;
    const { vocabularySize } = output;
    const classes = classesOf(this.head, vocabularySize);
    return { ...this.inputFeeds(batch, values), ...headFeeds(batch, { head: this.head, hiddenSize: statesOf(output)?.hiddenSize ?? 0, classes, values }) };
  }
}
