import { Tensor } from "onnxruntime-node";
import { ScratchFile } from "../../common/scratch-file.js";
import type { EmbeddingTable } from "../embedding-table.js";
import type { Initializer } from "../graph/initializer.js";
import { classesOf, headFeeds, unpackScores } from "../head/head-feeds.js";
import { trainablesOf } from "../head/trainables.js";
import { combineScores, combineSteps } from "../split-batch.js";
import { unpackStep } from "../head/unpack-step.js";
import type { BatchGenerationOptions, DiskSpace, GenerationOptions, Head, Program, ProgramNotice, ScoreResult, Sequence, StepRequest, StepResult, TensorValues, TrainableSpecification } from "../program.js";
import type { DecoderConfiguration } from "./configuration.js";
import { batchFeeds, type Feeds, pastFeeds } from "./feeds.js";
import { generateGreedily } from "./generate.js";
import { type KeptText, KeptTextStore, keysValuesBytesPerToken } from "./kept-text.js";
import { planLanes } from "./lanes.js";
import { type BatchLayout, planLayout, plainLayout } from "./layout.js";
import { SessionPool } from "./session-pool.js";
import { partsOf, planPasses, unpackSharedStep } from "./passes.js";
import { encodeTexts } from "./text-encoder.js";
import type { DecoderWeights } from "./weights.js";

export interface DecoderProgramOptions {
  readonly configuration: DecoderConfiguration;
  readonly weights: DecoderWeights;
  readonly embeddings: EmbeddingTable;
  /** Rows of the output matrix by token id [ids, d]. */
  readonly outputRows: (ids: ArrayLike<number>) => Float32Array;
  readonly virtualTokens: number;
  readonly head: Head;
  /** Memory for kept keys and values, in bytes. */
  readonly keptMemory: number;
  /** Where they go that do not fit. */
  readonly keptOnDisk?: DiskSpace;
  /** "plain" puts every row of every sequence into every pass; "fastest" (unless told) keeps and shares what it can. */
  readonly layout?: "fastest" | "plain";
  readonly threads?: number;
  readonly packWeights?: boolean;
  /** Rounded matrices of the layers: the backward pass is then approximate. */
  readonly rounded?: ReadonlyMap<string, Initializer>;
  readonly onNotice?: ProgramNotice;
}

const emptyText: KeptText = { tokens: new Int32Array(), keysValues: new Float32Array() };

/** Trains through a decoder whose graph we build ourselves, in the fastest exact layout of each batch. */
export class DecoderProgram implements Program {
  readonly trainables: readonly TrainableSpecification[];
  readonly head: Head;
  readonly approximate: boolean;
  private readonly pool: SessionPool;
  private readonly kept: KeptTextStore;
  private readonly headRows?: Float32Array;
  private saidMemoryIsFull = false;

  constructor(private readonly options: DecoderProgramOptions) {
    const { configuration, head, outputRows, virtualTokens } = options;
    this.head = head;
    this.approximate = options.rounded !== undefined;
    this.pool = new SessionPool(options);
    this.kept = new KeptTextStore(options.keptMemory, options.keptOnDisk && new ScratchFile(options.keptOnDisk.folder, options.keptOnDisk.bytes));
    if (head.kind === "words") this.headRows = outputRows(head.tokenIds);
    this.trainables = trainablesOf(virtualTokens, head, configuration.hiddenSize);
  }

  async step(batch: readonly Sequence[], values: TensorValues): Promise<StepResult> {
    const parts = partsOf(batch, this.layoutOf);
    const results: StepResult[] = [];
    for (const part of parts) results.push(unpackStep(await this.run("step", [{ batch: part.map((place) => batch[place]), values }]), this.trainables));
    return combineSteps(parts, results);
  }

  async stepTogether(requests: readonly StepRequest[]): Promise<StepResult[]> {
    const results: StepResult[] = [];
    for (const pass of planPasses(requests, { head: this.head, layoutOf: this.layoutOf })) {
      if (pass.length === 1) results.push(await this.step(pass[0].batch, pass[0].values));
      else results.push(...unpackSharedStep(await this.run("step", pass), pass));
    }
    return results;
  }

  async score(batch: readonly Sequence[], values: TensorValues): Promise<ScoreResult> {
    const parts = partsOf(batch, this.layoutOf);
    const results: ScoreResult[] = [];
    for (const places of parts) {
      const part = places.map((place) => batch[place]);
      const outputs = await this.run("score", [{ batch: part, values }]);
      results.push(unpackScores(part, outputs.loss, outputs.log_probabilities));
    }
    return combineScores(parts, results);
  }

  async generate(sequence: Sequence, values: TensorValues, options: GenerationOptions): Promise<Int32Array> {
    return (await this.generateBatch([sequence], values, options))[0];
  }

  generateBatch(batch: readonly Sequence[], values: TensorValues, options: BatchGenerationOptions): Promise<Int32Array[]> {
    const { configuration, embeddings } = this.options;
    return generateGreedily(batch, options, {
      configuration,
      embeddings,
      virtualTokens: this.options.virtualTokens,
      run: (past, feeds, scored) => this.pool.run({ purpose: "generate", past, shared: false }, { ...feeds, ...this.requestFeeds([{ batch: scored, values }]) }),
    });
  }

  async releaseKept(): Promise<void> {
    await this.kept.clear();
    this.saidMemoryIsFull = false;
  }

  async dispose(): Promise<void> {
    await this.kept.clear();
    await this.pool.dispose();
  }

  private readonly layoutOf = (batch: readonly Sequence[]): BatchLayout => {
    if (this.options.layout === "plain") return plainLayout(batch);
    return planLayout(batch, (sequence) => this.kept.longest(sequence.tokens, sequence.tokens.length));
  };

  private async run(purpose: "step" | "score", requests: readonly StepRequest[]): Promise<Readonly<Record<string, Tensor>>> {
    const { configuration, embeddings, virtualTokens } = this.options;
    const batch = requests.flatMap((request) => request.batch);
    const layout = this.layoutOf(batch);
    const texts = await this.textsBefore(batch, layout);
    const lanes = planLanes(batch, layout, requests.length);
    const feeds = {
      ...batchFeeds(lanes, { configuration, embeddings, virtualTokens, scores: true }),
      ...(layout.past === "none" ? {} : pastFeeds(texts, lanes.pastTime, configuration)),
      ...this.requestFeeds(requests),
    };
    return this.pool.run({ purpose, past: layout.past, shared: layout.sharedLength > 0 }, feeds);
  }

  /** Keys and values of what stands before the first virtual token: kept ones, or computed now and kept if there is room. */
  private async textsBefore(batch: readonly Sequence[], layout: BatchLayout): Promise<KeptText[]> {
    if (layout.past === "none") return [];
    const wanted = layout.past === "one" ? [batch[0]] : batch;
    // In a batch where only some sequences have a past, the others' is empty.
    const found = await Promise.all(wanted.map((sequence, i) => (layout.pastLengths[i] === 0 ? emptyText : this.kept.find(sequence.tokens, layout.pastLengths[i]))));
    const missing = new Map<string, Int32Array>();
    wanted.forEach(({ tokens }, i) => {
      if (!found[i]) missing.set(tokens.subarray(0, layout.pastLengths[i]).join(), tokens.subarray(0, layout.pastLengths[i]));
    });
    const { configuration, embeddings } = this.options;
    const encoded = await encodeTexts([...missing.values()], {
      configuration,
      embeddings,
      run: (feeds) => this.pool.run({ purpose: "encode", past: "none", shared: false }, feeds),
    });
    const made = new Map([...missing.keys()].map((key, i) => [key, encoded[i]]));
    for (const text of encoded) if (!(await this.kept.add(text))) this.sayMemoryIsFull();
    return wanted.map(({ tokens }, i) => found[i] ?? made.get(tokens.subarray(0, layout.pastLengths[i]).join())!);
  }

  private sayMemoryIsFull(): void {
    if (this.saidMemoryIsFull) return;
    this.saidMemoryIsFull = true;
    const { configuration, keptMemory, keptOnDisk } = this.options;
    const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
    const tokens = Math.floor((keptMemory + (keptOnDisk?.bytes ?? 0)) / keysValuesBytesPerToken(configuration));
    this.options.onNotice?.(
      "kept-memory-full",
      `The room for kept keys and values (${megabytes(keptMemory)} of memory${keptOnDisk ? `, ${megabytes(keptOnDisk.bytes)} of disk or half of what is free there` : ""}; at most ${tokens} tokens) is full. The remaining texts are encoded again at every step: the results are the same, each step takes longer. Raise training.keptDiskMB or training.keptMemoryMB if the machine has room.`,
    );
  }

  /** The prompts, one behind the other, and what the head reads. */
  private requestFeeds(requests: readonly StepRequest[]): Feeds {
    const { configuration, virtualTokens } = this.options;
    const { hiddenSize } = configuration;
    const [{ values }] = requests;
    const feeds = headFeeds(requests.flatMap(({ batch }) => batch), {
      head: this.head,
      hiddenSize,
      classes: classesOf(this.head, configuration.vocabularySize),
      headRows: this.headRows,
      groups: requests.length,
      values,
    });
    if (virtualTokens === 0) return feeds;
    return { ...feeds, prompt: new Tensor("float32", joined(requests.map((request) => request.values.prompt)), [requests.length * virtualTokens, hiddenSize]) };
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const part of parts) {
    all.set(part, next);
    next += part.length;
  }
  return all;
}
