import { PromptTuningError } from "../common/errors.js";
import type { Example } from "../data/example.js";
import type { Program, TensorValues } from "../engine/program.js";
import { contextGroups } from "./context-groups.js";
import { evaluateLabelling, predictLabelling } from "./labelling/evaluate-labelling.js";
import { classificationMeasures } from "./metrics/classification-measures.js";
import { exactMatch } from "./metrics/exact-match.js";
import { rougeL } from "./metrics/rouge-l.js";
import { type EvaluationOptions, generateAll, scoreAll, scoreAndGenerate } from "./passes.js";
import type { Evaluation, Prediction } from "./prediction.js";
import type { ClassificationTask, GenerationTask, Task } from "./task.js";

export type { EvaluationOptions } from "./passes.js";

/**
 * Predicts every example of a split and measures the answers.
 * Classification: loss is the mean of −log p(label) in nats. Generation: loss is the mean over examples of the loss per
 * token of the reference; exact match and ROUGE-L compare the greedy continuation with it. Sequence labelling: the same loss, and span measures of
 * the tags that the continuation is read as. An empty split gives zeros and no loss.
 * @throws kind "stopped" when the signal fires, "training" when the scores are not numbers, "data" for rows without an answer
 */
export async function evaluate(task: Task, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<Evaluation> {
  const evaluation = await evaluateByType(task, program, values, examples, options);
  const context = contextGroups(task, examples, evaluation.predictions);
  return context ? { ...evaluation, measures: { ...evaluation.measures, context } } : evaluation;
}

function evaluateByType(task: Task, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<Evaluation> {
  switch (task.type) {
    case "classification":
      return evaluateClassification(task, program, values, examples, options);
    case "generation":
      return evaluateGeneration(task, program, values, examples, options);
    case "sequence-labelling":
      return evaluateLabelling(task, program, values, examples, options);
  }
}

/** Predicts examples that need not have an answer. In the order of the examples. */
export async function predict(task: Task, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<readonly Prediction[]> {
  if (task.type === "generation") return generatedPredictions(examples, await generateAll(task, program, values, examples, options));
  if (task.type === "sequence-labelling") return predictLabelling(task, program, values, examples, options);
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
  const { texts, loss } = await scoreAndGenerate(task, program, values, examples, options);
  const mean = (measure: (generated: string, reference: string) => number) =>
    examples.length === 0 ? 0 : texts.reduce((sum, text, index) => sum + measure(text, examples[index].output ?? ""), 0) / examples.length;
  return {
    measures: { items: examples.length, loss, exactMatch: mean((generated, reference) => Number(exactMatch(generated, reference))), rougeL: mean(rougeL) },
    predictions: generatedPredictions(examples, texts),
  };
}

function generatedPredictions(examples: readonly Example[], texts: readonly string[]): Prediction[] {
  return examples.map(({ index, output }, at) => ({ index, predicted: texts[at], expected: output }));
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

function classificationPrediction(task: ClassificationTask, example: Example, scores: Float64Array): Prediction {
  const probabilities = new Map(task.labels.map((label, index) => [label, Math.exp(scores[index])]));
  return { index: example.index, predicted: task.labels[largest(scores)], expected: example.label, probabilities };
}

/** Index of the largest value; the first of equal ones. */
function largest(values: Float64Array): number {
  return values.indexOf(Math.max(...values));
}
