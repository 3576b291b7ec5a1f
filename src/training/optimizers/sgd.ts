import type { TensorValues, TrainableSpecification } from "../../engine/program.js";
import { elementCount, restoredCounter, StateTensors, type Optimizer, type OptimizerState } from "./optimizer.js";

export interface SgdOptions {
  readonly momentum?: number;
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent as torch.optim.SGD: heavy-ball momentum without dampening or Nesterov's variant,
 * the first buffer is the first gradient, weight decay is added to the gradient (not decoupled).
 */
export class Sgd implements Optimizer {
  readonly name = "sgd";
  private steps = 0;
  private readonly tensors = new StateTensors();
  private readonly lengths = new Map<string, number>();
  private readonly buffers = new Map<string, Float32Array>();
  private readonly momentum: number;
  private readonly weightDecay: number;

  constructor(trainables: readonly TrainableSpecification[], options: SgdOptions = {}) {
    this.momentum = options.momentum ?? 0;
    this.weightDecay = options.weightDecay ?? 0;
    for (const trainable of trainables) {
      this.lengths.set(trainable.name, elementCount(trainable));
      if (this.momentum !== 0)
        this.buffers.set(trainable.name, this.tensors.add(`momentum/${trainable.name}`, elementCount(trainable)));
    }
  }

  step(values: TensorValues, gradients: TensorValues, learningRate: number): void {
    // Buffers begin as zeros, so that momentum · 0 + g is torch's "first buffer is the first gradient".
    for (const [name, length] of this.lengths) {
      const value = values[name];
      const gradient = gradients[name];
      const buffer = this.buffers.get(name);
      for (let i = 0; i < length; i++) {
        let direction = gradient[i] + this.weightDecay * value[i];
        if (buffer) {
          direction += this.momentum * buffer[i];
          buffer[i] = direction;
        }
        value[i] = value[i] - learningRate * direction;
      }
    }
    this.steps++;
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
