import type { Example } from "../../data/example.js";
import { limitExamples } from "../../data/limit.js";
import type { Program, TensorValues } from "../../engine/program.js";
import { leaveOneOut, type Measured, type TokenImportance } from "../../inspection/importance.js";
import { vocabularyFigures } from "../../inspection/vocabulary.js";
import { evaluate } from "../../tasks/evaluate.js";
import type { ClassificationTask, Task, TextTask } from "../../tasks/task.js";
import type { InspectionTarget, InspectorOptions } from "./options.js";
import { withTask } from "./with-task.js";

/** What each virtual token is worth to a task. */
export interface Importance {
  readonly split: "validation" | "test";
  /** Rows measured, of so many there are. */
  readonly rows: number;
  readonly of: number;
  /** With the whole prompt: mean loss over the rows (nats), and accuracy where the task has one. */
  readonly loss: number;
  readonly accuracy: number | null;
  readonly tokens: TokenImportance[];
}

export interface ImportanceProgress {
  readonly done: number;
  readonly total: number;
  readonly token?: TokenImportance;
}

/** Leaves every virtual token out in turn, on at most `rows` held-out rows, drawn with the labels' shares. @throws PromptTuningError. */
export async function promptImportance(target: InspectionTarget & { readonly rows: number }, options: InspectorOptions & { readonly onProgress?: (progress: ImportanceProgress) => void }): Promise<Importance> {
  return withTask(target, options, async ({ experiment, backbone, program, task, values, split, examples }) => {
    const chosen = limitExamples(examples, target.rows, experiment.training.seed, "importance");
    const { signal } = options;
    const batchSize = experiment.evaluation.batchSize;
    const total = values.prompt.length / backbone.embeddings.width + 1;
    let finished = 0;
    const measure = async (prompt: Float32Array): Promise<Measured> => {
      const onProgress = (done: number, all: number): void => options.onProgress?.({ done: finished + done / all, total });
      const measured = await measureRows(task, program, { ...values, prompt }, chosen, { batchSize, signal, onProgress });
      finished++;
      return measured;
    };
    const { whole, tokens } = await leaveOneOut(values.prompt, vocabularyFigures(backbone.embeddings).mean, measure, {
      signal,
      onToken: (token, done) => options.onProgress?.({ done: done + 1, total, token }),
    });
    return { split, rows: chosen.length, of: examples.length, loss: mean(whole.losses), accuracy: whole.accuracy ?? null, tokens: [...tokens] };
  });
}

type MeasureOptions = Parameters<typeof evaluate>[4];

function measureRows(task: Task, program: Program, values: TensorValues, examples: readonly Example[], options: MeasureOptions): Promise<Measured> {
  return task.type === "classification" ? measureLabels(task, program, values, examples, options) : measureReferences(task, program, values, examples, options);
}

async function measureLabels(task: ClassificationTask, program: Program, values: TensorValues, examples: readonly Example[], options: MeasureOptions): Promise<Measured> {
  const { measures, predictions } = await evaluate(task, program, values, examples, options);
  return {
    losses: predictions.map(({ probabilities, expected }) => -Math.log(Math.max(probabilities?.get(expected ?? "") ?? 0, Number.MIN_VALUE))),
    answers: predictions.map(({ predicted }) => predicted),
    accuracy: measures.accuracy,
  };
}

/** The reference texts' losses; nothing is generated, which would take many times as long. */
async function measureReferences(task: TextTask, program: Program, values: TensorValues, examples: readonly Example[], { batchSize, onProgress }: MeasureOptions): Promise<Measured> {
  const losses: number[] = [];
  const sequences = examples.map((example) => task.trainingSequence(example));
  for (let start = 0; start < sequences.length; ) {
    let end = start + 1;
    let rows = sequences[start].scored.length;
    while (end < sequences.length && end - start < batchSize && rows + sequences[end].scored.length <= task.scoredRowLimit) rows += sequences[end++].scored.length;
    const batch = sequences.slice(start, end);
    const { logProbabilities } = await program.score(batch, values);
    batch.forEach(({ scored }, i) => losses.push(-scored.reduce((sum, { target, weight = 1 }, row) => sum + weight * logProbabilities[i][row][target], 0)));
    start = end;
    onProgress?.(start, sequences.length);
  }
  return { losses };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
