import type { TensorValues, TrainableSpecification } from "../../engine/program.js";
import { elementCount, restoredCounter, StateTensors, type Optimizer, type OptimizerState } from "./optimizer.js";

export interface AdamWOptions {
  readonly weightDecay?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2) with decoupled decay and bias correction, as torch.optim.AdamW
 * and with its defaults: betas 0.9 and 0.999, epsilon 1e-8 added after the bias-corrected root.
 */
export class AdamW implements Optimizer {
  readonly name = "adamw";
  private steps = 0;
  private readonly tensors = new StateTensors();
  private readonly first = new Map<string, Float32Array>();
  private readonly second = new Map<string, Float32Array>();
  private readonly weightDecay: number;
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;

  constructor(trainables: readonly TrainableSpecification[], options: AdamWOptions = {}) {
    this.weightDecay = options.weightDecay ?? 0;
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-8;
    for (const trainable of trainables) {
      this.first.set(trainable.name, this.tensors.add(`first/${trainable.name}`, elementCount(trainable)));
      this.second.set(trainable.name, this.tensors.add(`second/${trainable.name}`, elementCount(trainable)));
    }
  }

  step(values: TensorValues, gradients: TensorValues, learningRate: number): void {
    this.steps++;
    const { beta1, beta2, epsilon } = this;
    const stepSize = learningRate / (1 - beta1 ** this.steps);
    const secondCorrection = Math.sqrt(1 - beta2 ** this.steps);
    const decay = 1 - learningRate * this.weightDecay;
    for (const [name, first] of this.first) {
      const second = this.second.get(name)!;
      const value = values[name];
      const gradient = gradients[name];
      for (let i = 0; i < first.length; i++) {
        const g = gradient[i];
        const m = beta1 * first[i] + (1 - beta1) * g;
        const v = beta2 * second[i] + (1 - beta2) * g * g;
        first[i] = m;
        second[i] = v;
        value[i] = value[i] * decay - (stepSize * m) / (Math.sqrt(v) / secondCorrection + epsilon);
      }
    }
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
