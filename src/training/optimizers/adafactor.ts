import type { TensorValues, TrainableSpecification } from "../../engine/program.js";
import { elementCount, restoredCounter, StateTensors, type Optimizer, type OptimizerState } from "./optimizer.js";

export interface AdafactorOptions {
  readonly weightDecay?: number;
  /** Exponent c of beta2 at step t = 1 − t^c (Shazeer and Stern 2018, section 7.2). */
  readonly decayRate?: number;
  /** Added to every squared gradient (epsilon 1 of the paper). */
  readonly epsilon?: number;
  /** d of the update clipping (section 6). */
  readonly clipThreshold?: number;
}

/** Second moments of one trainable: factored for matrices, whole for everything else. */
type SecondMoment =
  | { readonly kind: "factored"; readonly rows: Float32Array; readonly columns: Float32Array }
  | { readonly kind: "whole"; readonly squares: Float32Array };

/**
 * Adafactor (Shazeer and Stern 2018, algorithm 4) as transformers.Adafactor with relative_step, scale_parameter,
 * warmup_init and beta1 off: factored second moments for matrices, update clipping at d = 1, decoupled weight decay.
 * Parameter scaling is off because Lester et al. 2021 train soft prompts so; the learning rate is therefore the
 * largest root mean square of an update.
 */
export class Adafactor implements Optimizer {
  readonly name = "adafactor";
  private steps = 0;
  private readonly tensors = new StateTensors();
  private readonly moments = new Map<string, SecondMoment>();
  private readonly weightDecay: number;
  private readonly decayRate: number;
  private readonly epsilon: number;
  private readonly clipThreshold: number;

  constructor(trainables: readonly TrainableSpecification[], options: AdafactorOptions = {}) {
    this.weightDecay = options.weightDecay ?? 0;
    this.decayRate = options.decayRate ?? -0.8;
    this.epsilon = options.epsilon ?? 1e-30;
    this.clipThreshold = options.clipThreshold ?? 1;
    for (const trainable of trainables) {
      const { name, shape } = trainable;
      this.moments.set(
        name,
        shape.length === 2
          ? { kind: "factored", rows: this.tensors.add(`rows/${name}`, shape[0]), columns: this.tensors.add(`columns/${name}`, shape[1]) }
          : { kind: "whole", squares: this.tensors.add(`squares/${name}`, elementCount(trainable)) },
      );
    }
  }

  step(values: TensorValues, gradients: TensorValues, learningRate: number): void {
    this.steps++;
    const beta2 = 1 - this.steps ** this.decayRate;
    for (const [name, moment] of this.moments) {
      const gradient = gradients[name];
      const update =
        moment.kind === "factored"
          ? this.factoredUpdate(gradient, moment.rows, moment.columns, beta2)
          : this.wholeUpdate(gradient, moment.squares, beta2);
      let sum = 0;
      for (let i = 0; i < update.length; i++) sum += update[i] * update[i];
      const clipping = Math.max(1, Math.sqrt(sum / update.length) / this.clipThreshold);
      const decay = 1 - this.weightDecay * learningRate;
      const value = values[name];
      for (let i = 0; i < update.length; i++) value[i] = value[i] * decay - (learningRate * update[i]) / clipping;
    }
  }

  /** G / sqrt(V) with V[i,j] = R[i]·C[j] / mean(R), after R and C took in the new squares. */
  private factoredUpdate(gradient: Float32Array, rows: Float32Array, columns: Float32Array, beta2: number): Float64Array {
    const height = rows.length;
    const width = columns.length;
    const rowSums = new Float64Array(height);
    const columnSums = new Float64Array(width);
    for (let i = 0, at = 0; i < height; i++)
      for (let j = 0; j < width; j++, at++) {
        const square = gradient[at] * gradient[at] + this.epsilon;
        rowSums[i] += square;
        columnSums[j] += square;
      }
    let rowMean = 0;
    for (let i = 0; i < height; i++) {
      rows[i] = beta2 * rows[i] + ((1 - beta2) * rowSums[i]) / width;
      rowMean += rows[i] / height;
    }
    for (let j = 0; j < width; j++) columns[j] = beta2 * columns[j] + ((1 - beta2) * columnSums[j]) / height;
    const update = new Float64Array(gradient.length);
    for (let i = 0, at = 0; i < height; i++) {
      const rowFactor = 1 / Math.sqrt(rows[i] / rowMean);
      for (let j = 0; j < width; j++, at++) update[at] = (gradient[at] * rowFactor) / Math.sqrt(columns[j]);
    }
    return update;
  }

  private wholeUpdate(gradient: Float32Array, squares: Float32Array, beta2: number): Float64Array {
    const update = new Float64Array(gradient.length);
    for (let i = 0; i < gradient.length; i++) {
      squares[i] = beta2 * squares[i] + (1 - beta2) * (gradient[i] * gradient[i] + this.epsilon);
      update[i] = gradient[i] / Math.sqrt(squares[i]);
    }
    return update;
  }

  state(): OptimizerState {
    return { tensors: this.tensors.copy(), scalars: { steps: this.steps } };
  }

  restore(state: OptimizerState): void {
    const steps = restoredCounter(this.name, state, "steps");
    this.tensors.restore(this.name, state.tensors);
    this.steps = steps;
  }
}
