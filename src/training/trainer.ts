import { PromptTuningError } from "../common/errors.js";
import type { Program, Sequence, TensorValues } from "../engine/program.js";
import type { TrainingSettings } from "../experiment/schema.js";
import type { EvaluationMeasures, RunEvent } from "../runs/events.js";
import { BatchSampler } from "./batch-sampler.js";
import { BestCheckpoint, copyValues, metricValue, type Metric } from "./best-checkpoint.js";
import { Diagnostics, notFinite, type NormRange } from "./diagnostics.js";
import { EarlyStopping } from "./early-stopping.js";
import { clipGlobalNorm, globalNorm, GradientAccumulator } from "./gradients.js";
import { createOptimizer } from "./optimizers/create-optimizer.js";
import { elementCount, type Optimizer } from "./optimizers/optimizer.js";
import type { Gate } from "./pause-gate.js";
import { learningRateAt } from "./schedule.js";
import { Throughput } from "./throughput.js";
import { readTrainingState, storeTrainingState, type StoredTrainingState } from "./training-state.js";

/** Evaluation on the validation split during training. */
export interface ValidationOptions {
  /** Steps between evaluations. There is also one after the last step. */
  readonly every: number;
  readonly metric: Metric;
  /** Must depend on the values only. May throw a PromptTuningError (stopped) when the signal aborts: it is then repeated on resuming. */
  readonly evaluate: (values: TensorValues, step: number) => Promise<EvaluationMeasures>;
}

export interface TrainOptions {
  readonly program: Program;
  readonly items: readonly Sequence[];
  readonly settings: TrainingSettings;
  /** Where training starts, by trainable's name. Not changed. */
  readonly initialValues: TensorValues;
  /** Absent: nothing is evaluated, and the last values count as the best. */
  readonly validation?: ValidationOptions;
  /** Writes a checkpoint durably and returns its file for the journal. */
  readonly saveCheckpoint: (state: StoredTrainingState, step: number) => Promise<string>;
  readonly resumeFrom?: StoredTrainingState;
  readonly emit: (event: RunEvent) => void;
  readonly signal?: AbortSignal;
  readonly pauseGate?: Gate;
  /** The vocabulary's ordinary norms, for the warning about the prompt's. */
  readonly normRange?: NormRange;
  /** Seconds, for the speed only. */
  readonly clock?: () => number;
}

export interface TrainingOutcome {
  /** "stopped": the signal aborted; a checkpoint was written. */
  readonly status: "finished" | "stopped";
  /** Optimiser steps done, those before a resume included. */
  readonly step: number;
  readonly stoppedEarly: boolean;
  /** Values after the last step. */
  readonly values: TensorValues;
  /** The values to test and to export: those of the best evaluation (of equals the earliest), else the last ones (value null). */
  readonly best: { readonly step: number; readonly value: number | null; readonly values: TensorValues };
  /** Seconds spent in steps by this call, without evaluations and pauses. */
  readonly stepSeconds: number;
}

/**
 * Trains until the steps are done, early stopping ends it, or the signal aborts.
 *
 * After each step: an evaluation where one is due, then a checkpoint every `checkpointEvery` steps, at every new best,
 * at the end and when stopped. A training resumed from any checkpoint gives bit for bit the values, losses and
 * evaluations of the uninterrupted one. Throws a PromptTuningError (training) when a number is not finite; the last
 * checkpoint is then the newest sound state. Errors of the program, of the evaluation and of saving pass through.
 */
export async function train(options: TrainOptions): Promise<TrainingOutcome> {
  return new Trainer(options).run();
}

class Trainer {
  private readonly values: TensorValues;
  private readonly optimizer: Optimizer;
  private readonly sampler: BatchSampler;
  private readonly best: BestCheckpoint;
  private readonly earlyStopping: EarlyStopping;
  private readonly diagnostics: Diagnostics;
  private readonly throughput = new Throughput();
  private readonly clock: () => number;
  private step = 0;
  private evaluatedStep = 0;
  /** Whether something happened since the last checkpoint. */
  private unsaved = true;
  private newBest = false;
  private stepSeconds = 0;

  constructor(private readonly options: TrainOptions) {
    const { program, settings, items, validation } = options;
    const metric = validation?.metric ?? "loss";
    this.clock = options.clock ?? (() => performance.now() / 1000);
    this.optimizer = createOptimizer(settings, program.trainables);
    this.sampler = new BatchSampler(items.map((item) => item.tokens.length), settings);
    this.best = new BestCheckpoint(metric);
    this.earlyStopping = new EarlyStopping(settings.earlyStopping, metric);
    this.diagnostics = new Diagnostics(settings.steps, options.normRange);
    this.values = ownValues(program, options.initialValues);
    if (options.resumeFrom) this.restore(options.resumeFrom);
  }

  async run(): Promise<TrainingOutcome> {
    const { settings, signal } = this.options;
    for (;;) {
      if (this.evaluationDue() && !(await this.evaluate())) return this.stop();
      const finished = this.step >= settings.steps || this.earlyStopping.exhausted;
      if (finished || this.newBest || (this.step > 0 && this.step % settings.checkpointEvery === 0)) await this.checkpoint();
      if (finished) return this.outcome("finished");
      await this.waitWhilePaused();
      if (signal?.aborted || !(await this.takeStep())) return this.stop();
    }
  }

  private evaluationDue(): boolean {
    const { validation, settings } = this.options;
    if (!validation || this.step === 0 || this.evaluatedStep === this.step) return false;
    return this.step % validation.every === 0 || this.step >= settings.steps;
  }

  /** False when stopped meanwhile. */
  private async evaluate(): Promise<boolean> {
    const { validation, signal, emit } = this.options;
    let measures: EvaluationMeasures;
    try {
      measures = await validation!.evaluate(this.values, this.step);
    } catch (error) {
      if (signal?.aborted && error instanceof PromptTuningError && error.kind === "stopped") return false;
      throw error;
    }
    const value = metricValue(measures, validation!.metric);
    this.newBest = this.best.offer(this.step, value, this.values);
    this.earlyStopping.observe(value);
    this.evaluatedStep = this.step;
    this.unsaved = true;
    // JSON has no NaN: a loss that is not finite is told as null.
    const told = measures.loss != null && !Number.isFinite(measures.loss) ? { ...measures, loss: null } : measures;
    emit({ type: "evaluation", step: this.step, split: "validation", measures: told, best: this.newBest });
    return true;
  }

  /** One optimiser step. False when stopped meanwhile: the passes so far are dropped and will be made again. */
  private async takeStep(): Promise<boolean> {
    const { settings, program, items, signal } = this.options;
    const began = this.clock();
    const cursor = this.sampler.cursor();
    const accumulator = new GradientAccumulator();
    let losses = 0;
    let samples = 0;
    for (let pass = 0; pass < settings.accumulate; pass++) {
      if (pass > 0 && signal?.aborted) {
        this.sampler.restore(cursor);
        return false;
      }
      const batch = Array.from(this.sampler.next(), (item) => items[item]);
      const result = await program.step(batch, this.values);
      if (!Number.isFinite(result.loss)) throw notFinite("the loss is", this.step + 1);
      accumulator.add(result.gradients);
      losses += result.loss;
      samples += batch.length;
    }
    const gradients = accumulator.mean();
    const gradientNorm = settings.clipNorm === null ? globalNorm(gradients) : clipGlobalNorm(gradients, settings.clipNorm);
    if (!Number.isFinite(gradientNorm)) throw notFinite("the gradient is", this.step + 1);
    const learningRate = learningRateAt(settings, this.step);
    this.optimizer.step(this.values, gradients, learningRate);
    this.step++;
    if (!Number.isFinite(globalNorm(this.values))) throw notFinite("the values are", this.step);
    this.unsaved = true;
    const seconds = this.clock() - began;
    this.stepSeconds += seconds;
    this.throughput.add(seconds, samples);
    this.report(losses / settings.accumulate, learningRate, gradientNorm);
    return true;
  }

  private report(loss: number, learningRate: number, gradientNorm: number): void {
    const { settings, emit, program } = this.options;
    const { epoch, batch } = this.sampler.cursor();
    emit({
      type: "step",
      step: this.step,
      steps: settings.steps,
      epoch: epoch + batch / this.sampler.batchesPerEpoch,
      loss,
      learningRate,
      gradientNorm,
      samplesPerSecond: this.throughput.samplesPerSecond(),
      secondsLeft: this.throughput.secondsLeft(settings.steps - this.step),
    });
    const width = program.trainables.find(({ name }) => name === "prompt")?.shape[1] ?? 1;
    for (const { code, text } of this.diagnostics.observe(loss, this.values, width))
      emit({ type: "message", level: "warning", code, text });
  }

  /** A pause can be long: the state is written first, and the journal says when it began and ended. */
  private async waitWhilePaused(): Promise<void> {
    const { pauseGate, signal, emit } = this.options;
    if (!pauseGate?.paused || signal?.aborted) return;
    await this.checkpoint();
    emit({ type: "state", state: "paused" });
    await pauseGate.pass(signal);
    if (!signal?.aborted) emit({ type: "state", state: "running" });
  }

  private async stop(): Promise<TrainingOutcome> {
    await this.checkpoint();
    return this.outcome("stopped");
  }

  private async checkpoint(): Promise<void> {
    this.newBest = false;
    if (!this.unsaved) return;
    const file = await this.options.saveCheckpoint(this.state(), this.step);
    this.unsaved = false;
    this.options.emit({ type: "checkpoint", step: this.step, file });
  }

  private state(): StoredTrainingState {
    return storeTrainingState({
      version: 1,
      step: this.step,
      evaluatedStep: this.evaluatedStep,
      values: this.values,
      optimizer: { name: this.optimizer.name, ...this.optimizer.state() },
      sampler: this.sampler.cursor(),
      best: this.best.best,
      earlyStopping: this.earlyStopping.state(),
      diagnostics: this.diagnostics.state(),
    });
  }

  private restore(stored: StoredTrainingState): void {
    const state = readTrainingState(stored, this.options.program.trainables);
    if (state.optimizer.name !== this.optimizer.name)
      throw new PromptTuningError("run", `The checkpoint was made with ${state.optimizer.name}, this run uses ${this.optimizer.name}.`, {
        advice: "Resume with the experiment the checkpoint was made with, or start a new run.",
      });
    this.optimizer.restore(state.optimizer);
    this.sampler.restore(state.sampler);
    for (const [name, tensor] of Object.entries(state.values)) this.values[name].set(tensor);
    if (state.best) this.best.restore(state.best, state.best.values);
    this.earlyStopping.restore(state.earlyStopping);
    this.diagnostics.restore(state.diagnostics);
    this.step = state.step;
    this.evaluatedStep = state.evaluatedStep;
    this.unsaved = false;
  }

  private outcome(status: TrainingOutcome["status"]): TrainingOutcome {
    const values = copyValues(this.values);
    const best = this.best.best;
    return {
      status,
      step: this.step,
      stoppedEarly: status === "finished" && this.step < this.options.settings.steps,
      values,
      best: best ? { ...best, values: copyValues(best.values) } : { step: this.step, value: null, values },
      stepSeconds: this.stepSeconds,
    };
  }
}

/** Copies of the program's trainables. Throws (run) where one is missing or has another size. */
function ownValues(program: Program, initial: TensorValues): TensorValues {
  for (const trainable of program.trainables)
    if (initial[trainable.name]?.length !== elementCount(trainable))
      throw new PromptTuningError("run", `The initial values of "${trainable.name}" do not have the size [${trainable.shape.join(", ")}].`, {
        advice: "Initialise with as many virtual tokens as the template has.",
      });
  return copyValues(Object.fromEntries(program.trainables.map(({ name }) => [name, initial[name]])));
}
