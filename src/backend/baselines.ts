import { PromptTuningError } from "../common/errors.js";
import type { Backbone } from "../backbone/backbone.js";
import type { Dataset } from "../data/dataset.js";
import type { Example } from "../data/example.js";
import type { Program, TensorValues } from "../engine/program.js";
import type { Experiment } from "../experiment/schema.js";
import type { EvaluationMeasures } from "../runs/events.js";
import { createHardPromptTask, createZeroShotTask } from "../tasks/create-task.js";
import { evaluate, type EvaluationOptions } from "../tasks/evaluate.js";
import type { Evaluation } from "../tasks/prediction.js";
import { evaluateMajority } from "../tasks/majority.js";
import { taskContext } from "../tasks/task-context.js";
import type { Task } from "../tasks/task.js";
import { contextSlot } from "../tasks/task-facts.js";
import { alone, type Company } from "./company.js";
import type { BackendOptions } from "./options.js";

/** What baselines need of a run. */
export interface BaselineSetting {
  readonly experiment: Experiment;
  readonly task: Task;
  /** The run's own program, whose kept texts the baselines can use. */
  readonly program: Program;
  readonly backbone: Backbone;
  readonly dataset: Pick<Dataset, "labels" | "splits">;
  readonly company?: Company;
}

/**
 * What a learned prompt is compared with, measured on the same rows. Keys: "majority", "zero-shot", "without-context", "hard prompt: …".
 * `onEvaluation` is given each baseline's answers.
 */
export async function measureBaselines(
  run: BaselineSetting,
  values: TensorValues,
  examples: readonly Example[],
  options: BackendOptions,
  onEvaluation: (name: string, evaluation: Evaluation) => void = () => {},
): Promise<Record<string, EvaluationMeasures>> {
  const { experiment, task, dataset, backbone } = run;
  const context = taskContext(backbone, dataset.labels);
  const measured: Record<string, EvaluationMeasures> = {};
  const evaluationOptions = (index: number, name: string): EvaluationOptions => ({
    batchSize: experiment.evaluation.batchSize,
    signal: options.signal,
    onProgress: (done, total) => options.emit?.({ type: "phase", phase: `baseline ${index + 1}: ${name}`, done, total }),
  });
  for (const [index, baseline] of experiment.evaluation.baselines.entries()) {
    const name = baselineName(baseline);
    let evaluation: Evaluation;
    if (baseline === "majority") {
      if (task.type !== "classification") continue;
      evaluation = evaluateMajority(task, dataset.splits.train, examples);
    } else if (baseline === "without-context") {
      const bare = examples.map((example) => ({ ...example, fields: { ...example.fields, [contextSlot]: "" } }));
      evaluation = await evaluate(task, run.program, values, bare, evaluationOptions(index, name));
    } else {
      const plain = taskByWords(baseline === "zero-shot" ? () => createZeroShotTask(experiment.task, context) : () => createHardPromptTask(experiment.task, baseline.hardPrompt, context), run, (why) =>
        options.emit?.({ type: "message", level: "info", code: "baseline-left-out", text: `The baseline ${JSON.stringify(name)} is left out: it answers by words. ${why}` }),
      );
      if (!plain) continue;
      const borrowed = sameHead(plain, run.program);
      const program = borrowed ? run.program : await backbone.createProgram({ virtualTokens: 0, head: plain.head, threads: experiment.training.threads });
      const measure = (): Promise<Evaluation> => evaluate(plain, program, values, examples, evaluationOptions(index, name));
      try {
        // Nothing of it was trained: beside runs of the same task on the same rows it is measured once.
        evaluation = await (run.company ?? alone).remembered(examples, [backbone.description.hash, experiment.task, baseline], measure);
      } finally {
        if (!borrowed) await program.dispose();
      }
    }
    measured[name] = evaluation.measures;
    options.emit?.({ type: "baseline", name, measures: evaluation.measures });
    onEvaluation(name, evaluation);
  }
  return measured;
}

/** An experiment with a light head need not have words that its encoder can score; then there is nothing to compare with. */
function taskByWords(create: () => Task, { experiment, backbone }: BaselineSetting, leaveOut: (why: string) => void): Task | undefined {
  try {
    return create();
  } catch (error) {
    const optional = backbone.description.encoder !== undefined && experiment.task.type === "classification" && experiment.task.head === "linear";
    if (!optional || !(error instanceof PromptTuningError)) throw error;
    leaveOut(error.message);
    return undefined;
  }
}

export function baselineName(baseline: Experiment["evaluation"]["baselines"][number]): string {
  return typeof baseline === "string" ? baseline : `hard prompt: ${baseline.hardPrompt.trim()}`;
}

/** Whether a baseline's scores can come from the run's own program, with the texts it has kept. */
function sameHead(task: Task, program: Program): boolean {
  const [a, b] = [task.head, program.head];
  if (a.kind === "words" && b.kind === "words") return a.tokenIds.length === b.tokenIds.length && a.tokenIds.every((id, i) => id === b.tokenIds[i]);
  return a.kind === b.kind && a.kind === "vocabulary";
}
