import { PromptTuningError } from "../common/errors.js";
import type { Example } from "../data/example.js";
import type { Program, Sequence, TensorValues } from "../engine/program.js";
import type { EvaluationMeasures } from "../runs/events.js";
import { classificationMeasures } from "./metrics/classification-measures.js";
import { exactMatch } from "./metrics/exact-match.js";
import { rougeL } from "./metrics/rouge-l.js";
import type { ClassificationTask, GenerationTask, Task } from "./task.js";

export interface EvaluationOptions {
  /** Most sequences in one pass. */
  readonly batchSize: number;
  readonly signal?: AbortSignal;
  /** Called after every pass with the share of the work that is done, in examples. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What the backbone answers for one example. */
export interface Prediction {
  /** The example's place in its file. */
  readonly index: number;
  /** The label, or the generated text. */
  readonly predicted: string;
  /** The right label or reference text, where the example has one. */
  readonly expected?: string;
  /** Classification: label → probability, in the order of the task's labels. They sum to 1. */
  readonly probabilities?: ReadonlyMap<string, number>;
}

export interface Evaluation {
  readonly measures: EvaluationMeasures;
  /** In the order of the examples. */
  readonly predictions: readonly Prediction[];
}

/**
 * Predicts every example of a split and measures the answers.
 * Classification: loss is the mean of −log p(label) in nats. Generation: loss is the mean over examples of the loss per
 * token of the reference; exact match and ROUGE-L compare the greedy continuation with it. An empty split gives zeros and no loss.
 * @throws kind "stopped" when the signal fires, "training" when the scores are not numbers, "data" for rows without an answer
 */
export async function evaluate(task: Task, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<Evaluation> {
  return task.type === "classification" ? evaluateClassification(task, program, values, examples, options) : evaluateGeneration(task, program, values, examples, options);
}

/** Predicts examples that need not have an answer. In the order of the examples. */
export async function predict(task: Task, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<readonly Prediction[]> {
  if (task.type === "generation") return generateAll(task, program, values, examples, options);
  const scores = await labelScores(task, program, values, examples, options);
  return examples.map((example, index) => classificationPrediction(task, example, scores[index]));
}

async function evaluateClassification(task: ClassificationTask, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<Evaluation> {
  // Before the work, so that a wrong row is known at once.
  const expected = examples.map((example) => task.labelIndex(example));
  const scores = await labelScores(task, program, values, examples, options);
  const predicted = scores.map(largest);
  const loss = -scores.reduce((sum, labels, index) => sum + labels[expected[index]], 0) / examples.length;
  return {
    measures: { ...classificationMeasures(task.labels, expected, predicted), loss: Number.isFinite(loss) ? loss : null },
    predictions: examples.map((example, index) => classificationPrediction(task, example, scores[index])),
  };
}

async function evaluateGeneration(task: GenerationTask, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<Evaluation> {
  const references = examples.map((example) => task.trainingSequence(example));
  const { onProgress } = options;
  let total = 0;
  // Scoring the references counts as half of the work, generating as the other half.
  const half = (from: number): EvaluationOptions => ({ ...options, onProgress: onProgress && ((done, all) => onProgress(from + done / 2, all)) });
  await scoreAll(program, values, references, { ...half(0), scoredRowLimit: task.scoredRowLimit }, (result, indices) => (total += result.loss * indices.length));
  const predictions = await generateAll(task, program, values, examples, half(examples.length / 2));
  const mean = (measure: (generated: string, reference: string) => number) =>
    examples.length === 0 ? 0 : predictions.reduce((sum, { predicted, expected }) => sum + measure(predicted, expected ?? ""), 0) / examples.length;
  const loss = total / examples.length;
  return {
    measures: { items: examples.length, loss: Number.isFinite(loss) ? loss : null, exactMatch: mean((generated, reference) => Number(exactMatch(generated, reference))), rougeL: mean(rougeL) },
    predictions,
  };
}

/** Log-probabilities of the labels for every example. */
async function labelScores(task: ClassificationTask, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<Float64Array[]> {
  const perExample = examples.map((example) => task.scoringSequences(example));
  const sequences = perExample.flat();
  const scores: (readonly Float32Array[])[] = new Array(sequences.length);
  const share = examples.length / Math.max(1, sequences.length);
  const { onProgress } = options;
  const inExamples = onProgress && ((done: number) => onProgress(done * share, examples.length));
  await scoreAll(program, values, sequences, { ...options, onProgress: inExamples }, (result, indices) => indices.forEach((sequence, place) => (scores[sequence] = result.logProbabilities[place])));
  let start = 0;
  return perExample.map((own) => {
    const labels = task.assemble(scores.slice(start, (start += own.length)));
    if (labels.some(Number.isNaN))
      throw new PromptTuningError("training", "The scores of the labels are not numbers.", {
        reason: "The soft prompt holds values that the backbone cannot compute with.",
        advice: "Train again with a lower learning rate or with gradient clipping.",
      });
    return labels;
  });
}

type Scores = Awaited<ReturnType<Program["score"]>>;

/** Scores sequences in batches of similar length, the longest first, so that a lack of memory shows at once. */
async function scoreAll(
  program: Program,
  values: TensorValues,
  sequences: readonly Sequence[],
  options: EvaluationOptions & { readonly scoredRowLimit?: number },
  take: (result: Scores, indices: readonly number[]) => void,
): Promise<void> {
  const order = sequences.map((_, index) => index).sort((a, b) => sequences[b].tokens.length - sequences[a].tokens.length || a - b);
  for (let start = 0; start < order.length; ) {
    refuseStopped(options.signal);
    let end = start;
    let rows = 0;
    while (end < order.length && end - start < options.batchSize) {
      rows += sequences[order[end]].scored.length;
      if (end > start && rows > (options.scoredRowLimit ?? Infinity)) break;
      end++;
    }
    const indices = order.slice(start, end);
    take(
      await program.score(
        indices.map((index) => sequences[index]),
        values,
      ),
      indices,
    );
    start = end;
    options.onProgress?.(start, order.length);
  }
  refuseStopped(options.signal);
}

async function generateAll(task: GenerationTask, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (const example of examples) {
    refuseStopped(options.signal);
    const { maxNewTokens, stopTokenIds } = task;
    const ids = await program.generate(task.promptSequence(example), values, { maxNewTokens, stopTokenIds, signal: options.signal });
    predictions.push({ index: example.index, predicted: task.decode(ids).trim(), expected: example.output });
    options.onProgress?.(predictions.length, examples.length);
  }
  refuseStopped(options.signal);
  return predictions;
}

function classificationPrediction(task: ClassificationTask, example: Example, scores: Float64Array): Prediction {
  const probabilities = new Map(task.labels.map((label, index) => [label, Math.exp(scores[index])]));
  return { index: example.index, predicted: task.labels[largest(scores)], expected: example.label, probabilities };
}

/** Index of the largest value; the first of equal ones. */
function largest(values: Float64Array): number {
  return values.indexOf(Math.max(...values));
}

function refuseStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new PromptTuningError("stopped", "The evaluation was stopped.");
}
