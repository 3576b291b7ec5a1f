import type { Example } from "../../data/example.js";
import type { Program, TensorValues } from "../../engine/program.js";
import type { EvaluationMeasures } from "../../runs/events.js";
import type { Evaluation, Prediction } from "../prediction.js";
import { spanMeasures } from "../metrics/span-measures.js";
import { type EvaluationOptions, generateAll, scoreAndGenerate } from "../passes.js";
import type { SequenceLabellingTask } from "../task.js";
import type { LabelledRow } from "./sequence-labelling.js";
import { describeSpans, spansOf } from "./spans.js";

/** Loss of the target text, and span measures of what is generated in its place. */
export async function evaluateLabelling(task: SequenceLabellingTask, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<Evaluation> {
  const { texts, loss } = await scoreAndGenerate(task, program, values, examples, options);
  const rows = examples.map((example, at) => labelledRow(task, example, texts[at]));
  const measures = spanMeasures(rows.map(({ expected = [], predicted }) => ({ expected, predicted })));
  return { measures: { items: examples.length, loss, ...measures, reading: readingOf(rows) }, predictions: rows.map((row, at) => predictionOf(examples[at], row)) };
}

/** Tags for rows that need not have any. */
export async function predictLabelling(task: SequenceLabellingTask, program: Program, values: TensorValues, examples: readonly Example[], options: EvaluationOptions): Promise<Prediction[]> {
  const texts = await generateAll(task, program, values, examples, options);
  return examples.map((example, at) => predictionOf(example, labelledRow(task, example, texts[at])));
}

function labelledRow(task: SequenceLabellingTask, example: Example, generated: string): LabelledRow {
  const { words, tags } = task.labelled(example);
  const { tags: predicted, problems } = task.read(example, generated);
  return { words, predicted, ...(tags ? { expected: tags } : {}), generated, problems };
}

function predictionOf({ index }: Example, row: LabelledRow): Prediction {
  const { words, predicted, expected } = row;
  return { index, predicted: describeSpans(words, spansOf(predicted)), expected: expected && describeSpans(words, spansOf(expected)), labelling: row };
}

function readingOf(rows: readonly LabelledRow[]): EvaluationMeasures["reading"] {
  const total = { rows: 0, unreadable: 0, unknownTypes: 0, invented: 0, repeated: 0, missing: 0, surplus: 0 };
  for (const { problems } of rows) {
    if (Object.values(problems).some((count) => count > 0)) total.rows++;
    for (const key of Object.keys(problems) as (keyof typeof problems)[]) total[key] += problems[key];
  }
  return total;
}
