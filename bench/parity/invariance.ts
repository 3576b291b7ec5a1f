import type { Backbone, ProgramOptions } from "../../src/backbone/backbone.js";
import { RandomSource } from "../../src/common/random.js";
import type { Head, Program, ScoreResult, Sequence, StepResult, TensorValues } from "../../src/engine/program.js";
import { largestDifference, relativeError, worst } from "./compare.js";

/** Things that must not change a result. Each is computed twice and the two are compared. */

export interface InvarianceResult {
  /** What was compared with what. */
  readonly name: string;
  /** |difference of the losses| / loss */
  readonly loss: number;
  /** Largest |difference| of the log-probabilities / the largest |log-probability|. */
  readonly logProbabilities: number;
  /** ‖difference of the gradients‖ / ‖gradient‖ over all trainables; absent where the two have different trainables. */
  readonly gradients?: number;
}

export const places = ["prefix", "suffix", "interleaved"] as const;
export type Place = (typeof places)[number];

export interface InvarianceOptions {
  readonly virtualTokens: number;
  /** Token ids of the batch's texts, of different lengths, each at least 5. */
  readonly texts: readonly Int32Array[];
  /** Draws the tokens that the prompt and the heads are made of. */
  readonly seed: number;
}

/** Sequences, prompt and heads for a backbone. */
export class InvarianceCase {
  readonly heads: readonly Head[];
  readonly values: TensorValues;
  private readonly promptIds: Int32Array;
  private readonly texts: readonly Int32Array[];

  constructor(
    private readonly backbone: Backbone,
    private readonly options: InvarianceOptions,
  ) {
    const random = RandomSource.fromSeed(options.seed);
    const ids = (count: number): Int32Array => Int32Array.from({ length: count }, () => random.integer(backbone.embeddings.rows));
    this.promptIds = ids(options.virtualTokens);
    this.texts = options.texts;
    this.heads = [{ kind: "words", tokenIds: ids(3) }, { kind: "vocabulary" }, { kind: "linear", classes: 3 }];
    this.values = { prompt: backbone.embeddings.gather(this.promptIds), "head.weight": backbone.embeddings.gather(ids(3)), "head.bias": Float32Array.of(0.125, -0.25, 0.5) };
  }

  /** A ragged batch with the soft prompt at a place; the last token of each text stands behind the prompt of a suffix. */
  batch(place: Place, texts: readonly Int32Array[] = this.texts): Sequence[] {
    const { virtualTokens } = this.options;
    const half = Math.ceil(virtualTokens / 2);
    return texts.map((text, item) => {
      const cuts = { prefix: [0, 0], suffix: [text.length - 1, text.length - 1], interleaved: [2, text.length - 2] }[place];
      const tokens: number[] = [];
      const virtual: number[] = [];
      const plain = (from: number, to: number): void => text.subarray(from, to).forEach((id) => (tokens.push(id), virtual.push(-1)));
      const soft = (from: number, to: number): void => {
        for (let row = from; row < to; row++) tokens.push(-1), virtual.push(row);
      };
      plain(0, cuts[0]);
      soft(0, half);
      plain(cuts[0], cuts[1]);
      soft(half, virtualTokens);
      plain(cuts[1], text.length);
      const last = tokens.length - 1;
      // Two scored rows in some sequences, as labels and answers of several tokens have; targets fit every head.
      const scored = item % 2 === 0 ? [{ row: last, target: item % 3 }] : [{ row: last - 1, target: 1, weight: 0.5 }, { row: last, target: item % 3 }];
      return { tokens: Int32Array.from(tokens), virtualTokens: Int32Array.from(virtual), scored };
    });
  }

  /** The same batch with the tokens whose embeddings the prompt is in the places of the virtual tokens. */
  hardBatch(place: Place): Sequence[] {
    return this.batch(place).map(({ tokens, virtualTokens, scored }) => ({
      tokens: tokens.map((id, i) => (virtualTokens[i] < 0 ? id : this.promptIds[virtualTokens[i]])),
      virtualTokens: virtualTokens.map(() => -1),
      scored,
    }));
  }

  /** As `batch`, but all texts begin with the same tokens up to the prompt. */
  batchWithCommonText(): Sequence[] {
    const common = this.texts[0];
    return this.batch("interleaved", this.texts.map((text) => Int32Array.from([...common.subarray(0, 2), ...text.subarray(2)])));
  }

  program(head: Head, options: Partial<ProgramOptions> = {}): Promise<Program> {
    return this.backbone.createProgram({ virtualTokens: this.options.virtualTokens, head, ...options });
  }
}

interface Computed {
  readonly step?: StepResult;
  readonly score: ScoreResult;
}

async function compute(program: Program, batch: readonly Sequence[], values: TensorValues, withGradients = true): Promise<Computed> {
  return { step: withGradients ? await program.step(batch, values) : undefined, score: await program.score(batch, values) };
}

/** The mean over batches of one sequence each. */
async function computeOneByOne(program: Program, batch: readonly Sequence[], values: TensorValues): Promise<Computed> {
  const singles: Required<Computed>[] = [];
  for (const sequence of batch) singles.push((await compute(program, [sequence], values)) as Required<Computed>);
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const gradients = Object.fromEntries(
    program.trainables.map(({ name }) => [name, singles[0].step.gradients[name].map((_, i) => mean(singles.map(({ step }) => step.gradients[name][i])))]),
  );
  return {
    step: { loss: mean(singles.map(({ step }) => step.loss)), gradients },
    score: { loss: mean(singles.map(({ score }) => score.loss)), logProbabilities: singles.flatMap(({ score }) => score.logProbabilities) },
  };
}

function compared(name: string, found: Computed, expected: Computed): InvarianceResult {
  const flat = ({ score }: Computed): number[] => score.logProbabilities.flatMap((rows) => rows.flatMap((row) => [...row]));
  const right = flat(expected);
  const lossError = (a: number, b: number): number => (a === b ? 0 : Math.abs(a - b) / Math.abs(b));
  return {
    name,
    loss: worst([lossError(found.score.loss, expected.score.loss), ...(found.step && expected.step ? [lossError(found.step.loss, expected.step.loss)] : [])]),
    logProbabilities: largestDifference(flat(found), right) / worst(right.map(Math.abs)),
    gradients: found.step && expected.step && relativeError(found.step.gradients, expected.step.gradients),
  };
}

async function using<T>(program: Program, work: (program: Program) => Promise<T>): Promise<T> {
  try {
    return await work(program);
  } finally {
    await program.dispose();
  }
}

/** Every place with the words head, and the other heads at one place each. */
export function usualCombinations({ heads: [words, vocabulary, linear] }: InvarianceCase): readonly Combination[] {
  return [...places.map((place): Combination => [place, words]), ["suffix", vocabulary], ["interleaved", linear]];
}
export type Combination = readonly [place: Place, head: Head];

/** One padded batch against its sequences one at a time. */
export async function batchInvariance(input: InvarianceCase, combinations = usualCombinations(input)): Promise<InvarianceResult[]> {
  const results: InvarianceResult[] = [];
  for (const [place, head] of combinations) {
    const batch = input.batch(place);
    const result = await using(await input.program(head), async (program) =>
      compared(`batch of ${batch.length}, padded = ${batch.length} batches of 1: ${place}, ${head.kind}`, await compute(program, batch, input.values), await computeOneByOne(program, batch, input.values)),
    );
    results.push(result);
  }
  return results;
}

/** A soft prompt made of the embeddings of real tokens against those tokens in its place. */
export async function hardPromptInvariance(input: InvarianceCase, combinations = usualCombinations(input)): Promise<InvarianceResult[]> {
  const results: InvarianceResult[] = [];
  for (const [place, head] of combinations) {
    const soft = await using(await input.program(head), (program) => compute(program, input.batch(place), input.values, false));
    const hard = await using(await input.program(head, { virtualTokens: 0 }), (program) => compute(program, input.hardBatch(place), input.values, false));
    results.push(compared(`soft prompt of real tokens' embeddings = those tokens: ${place}, ${head.kind}`, soft, hard));
  }
  return results;
}

/**
 * The fast layouts (kept keys/values of the text before the prompt, once or one a text; shared prefix) against the
 * plain one; then a second pass, which reads what the first one kept, and a program that may keep nothing.
 */
export async function layoutInvariance(input: InvarianceCase, heads: readonly Head[] = input.heads.slice(0, 1)): Promise<InvarianceResult[]> {
  const batches: readonly (readonly [name: string, batch: readonly Sequence[]])[] = [
    ["suffix, the texts' keys/values kept", input.batch("suffix")],
    ["common text before the prompt kept once", input.batchWithCommonText()],
    ["prefix, its rows computed once a batch", input.batch("prefix")],
  ];
  const results: InvarianceResult[] = [];
  for (const head of heads) {
    for (const [name, batch] of batches) {
      const plain = await using(await input.program(head, { layout: "plain" }), (program) => compute(program, batch, input.values));
      await using(await input.program(head), async (program) => {
        results.push(compared(`${name} = nothing kept or shared: ${head.kind}`, await compute(program, batch, input.values), plain));
        results.push(compared(`${name}, second pass = nothing kept or shared: ${head.kind}`, await compute(program, batch, input.values), plain));
      });
    }
    const [name, batch] = batches[0];
    const plain = await using(await input.program(head, { layout: "plain" }), (program) => compute(program, batch, input.values));
    await using(await input.program(head, { keptMemory: 0 }), async (program) => {
      results.push(compared(`${name}, no memory for them = nothing kept or shared: ${head.kind}`, await compute(program, batch, input.values), plain));
    });
  }
  return results;
}
