import { PromptTuningError } from "../common/errors.js";
import type { Example } from "../data/example.js";
import type { TensorValues } from "../engine/program.js";
import { writeInspection } from "../inspection/kept-inspection.js";
import type { EvaluationMeasures, ResultEvent, RunEvent } from "../runs/events.js";
import type { RunWriter } from "../runs/run-writer.js";
import { evaluate } from "../tasks/evaluate.js";
import type { Prediction } from "../tasks/prediction.js";
import { taskFacts } from "../tasks/task-facts.js";
import { train, type TrainingOutcome } from "../training/trainer.js";
import { readTrainingState, type StoredTrainingState } from "../training/training-state.js";
import { measureBaselines } from "./baselines.js";
import { alone } from "./company.js";
import { initialValues } from "./initial-values.js";
import { inspectPrompt } from "./inspection.js";
import { normRangeOf } from "./norm-range.js";
import type { BackendOptions } from "./options.js";
import type { PreparedRun } from "./prepared-run.js";
import { recordPredictions } from "./record-predictions.js";
import { recordTrajectory } from "./record-trajectory.js";
import { verifyOnce } from "./verify-once.js";
import { writeAdapter } from "./write-adapter.js";

/**
 * Trains, tests, measures the baselines, inspects and leaves the adapter: everything between the run's folder and its
 * result. Every event goes to the journal and to the caller.
 * @throws the error that ended the run, after the journal has recorded it.
 */
export async function conductRun(run: PreparedRun, writer: RunWriter, options: BackendOptions, resumeFrom?: StoredTrainingState): Promise<ResultEvent> {
  const began = performance.now();
  const emit = (event: RunEvent): void => {
    writer.append(event);
    options.emit?.(event);
  };
  const journaled: BackendOptions = { ...options, emit };
  // What the writer has journaled by itself goes to the caller only.
  const tell = (event: RunEvent): void => options.emit?.(event);
  try {
    emit({ type: "state", state: "running" });
    const trained = await trainRun(run, writer, journaled, tell, resumeFrom);
    const base = { type: "result", run: writer.folder.path, adapter: null, test: null, baselines: {}, trainingSeconds: trained.seconds } as const;
    if (trained.outcome.status === "stopped") {
      emit({ type: "state", state: "stopped" });
      return finish(emit, { ...base, status: "stopped" }, began);
    }
    const rest = await (run.company ?? alone).inTurn(() => testRun(run, writer, trained.outcome.best, journaled));
    emit({ type: "state", state: "succeeded" });
    return finish(emit, { ...base, ...rest, status: "succeeded" }, began);
  } catch (error) {
    if (error instanceof PromptTuningError && error.kind === "stopped") {
      emit({ type: "state", state: "stopped" });
      return finish(emit, { type: "result", status: "stopped", run: writer.folder.path, adapter: null, test: null, baselines: {}, trainingSeconds: 0 }, began);
    }
    recordFailure(emit, error);
    throw error;
  }
}

async function trainRun(run: PreparedRun, writer: RunWriter, options: BackendOptions, tell: (event: RunEvent) => void, resumeFrom?: StoredTrainingState): Promise<{ outcome: TrainingOutcome; seconds: number }> {
  const { experiment, task, program, dataset, backbone } = run;
  const items = dataset.splits.train.map((example) => task.trainingSequence(example));
  const values = await initialValues(run);
  const company = run.company ?? alone;
  await company.inTurn(() => verifyOnce(run, items, values, options));
  options.emit?.({ type: "phase", phase: "training" });
  const began = performance.now();
  const trajectory = recordTrajectory(writer.folder, backbone.embeddings.width, options);
  if (resumeFrom) trajectory.rewind(readTrainingState(resumeFrom, program.trainables).step);
  else trajectory.record(0, values.prompt);
  const normRange = await normRangeOf(backbone, options.cache);
  const shapes = Object.fromEntries(program.trainables.map(({ name, shape }) => [`values/${name}`, shape]));
  const outcome = await company.training(options.pauseGate, (pauseGate) => train({
    program,
    items,
    settings: experiment.training,
    initialValues: values,
    validation: {
      every: experiment.evaluation.every,
      metric: experiment.evaluation.metric ?? taskFacts[task.type].metric,
      evaluate: async (current) => (await evaluateSplit(run, current, dataset.splits.validation, options, "validation")).measures,
    },
    saveCheckpoint: async (state, step) => {
      const event = writer.saveCheckpoint({ step, tensors: state.tensors, json: state.json }, { shapes });
      tell(event);
      trajectory.record(step, state.tensors["values/prompt"]);
      return event.file;
    },
    resumeFrom,
    // Checkpoints have been told above.
    emit: (event) => event.type !== "checkpoint" && options.emit?.(event),
    signal: options.signal,
    pauseGate,
    normRange,
  }));
  return { outcome, seconds: (performance.now() - began) / 1000 };
}

function evaluateSplit(run: PreparedRun, values: TensorValues, examples: readonly Example[], options: BackendOptions, phase: string): ReturnType<typeof evaluate> {
  return evaluate(run.task, run.program, values, examples, {
    batchSize: run.experiment.evaluation.batchSize,
    signal: options.signal,
    onProgress: (done, total) => options.emit?.({ type: "phase", phase, done, total }),
  });
}

/** The best values on the held-out rows, beside the baselines, with every answer kept; then what they look like, and the adapter. */
async function testRun(run: PreparedRun, writer: RunWriter, best: TrainingOutcome["best"], options: BackendOptions): Promise<Pick<ResultEvent, "adapter" | "test" | "baselines" | "faithfulness">> {
  const { dataset, program } = run;
  const split = dataset.splits.test ? "test" : "validation";
  const examples = dataset.splits.test ?? dataset.splits.validation;
  // Before anything that can take long: what was learned is safe from here on.
  const adapter = await writeAdapter(run, writer.folder, best);
  await program.releaseKept?.();

  const { measures, predictions } = await evaluateSplit(run, best.values, examples, options, split);
  // Without test rows this is the best step's validation once more, and stays marked as the best.
  options.emit?.({ type: "evaluation", step: best.step, split, measures, ...(split === "validation" ? { best: true } : {}) });
  const answers = new Map<string, readonly Prediction[]>();
  const baselines: Record<string, EvaluationMeasures> = await measureBaselines(run, best.values, examples, options, (name, evaluation) => answers.set(name, evaluation.predictions));
  recordPredictions(run, writer.folder, { split, examples, learned: predictions, baselines: answers });
  const inspection = await inspectPrompt(run, best.values, {
    signal: options.signal,
    faithfulness: { evaluate: async (values) => (await evaluateSplit(run, values, examples, options, "faithfulness")).measures, learned: measures },
  });
  await writeInspection(writer.folder, inspection);
  const hardened = inspection.faithfulness?.hardened;
  const { metric } = taskFacts[run.task.type];
  return { adapter, test: measures, baselines, faithfulness: { learned: measures[metric] ?? null, nearestTokens: hardened?.[metric] ?? null } };
}

function finish(emit: (event: RunEvent) => void, result: Omit<ResultEvent, "seconds" | "peakMemoryMB">, began: number): ResultEvent {
  // maxRSS is in kilobytes on every system (libuv).
  const event = { ...result, seconds: (performance.now() - began) / 1000, peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024) };
  emit(event);
  return event;
}

function recordFailure(emit: (event: RunEvent) => void, error: unknown): void {
  const reason = error instanceof PromptTuningError ? error.describe() : error instanceof Error ? error.message : String(error);
  try {
    emit({ type: "state", state: "failed", reason });
  } catch {
    // The disk may be what failed; the error itself says so to the caller.
  }
}
