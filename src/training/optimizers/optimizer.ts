import type { TensorValues, TrainableSpecification } from "../../engine/program.js";
import { PromptTuningError } from "../../common/errors.js";

/** All that an optimiser remembers between steps: tensors by name and counters. */
export interface OptimizerState {
  readonly tensors: Readonly<Record<string, Float32Array>>;
  readonly scalars: Readonly<Record<string, number>>;
}

/**
 * Changes values along gradients. Every optimiser here computes in double precision and stores values and
 * moments as float32, element by element in one fixed order: a restored optimiser goes on bit for bit.
 */
export interface Optimizer {
  readonly name: string;
  /** One step, in place on `values`. `gradients` are read only. */
  step(values: TensorValues, gradients: TensorValues, learningRate: number): void;
  /** A copy of the state. */
  state(): OptimizerState;
  /** Takes over a state that `state()` made for the same trainables. Throws a PromptTuningError (run) for any other. */
  restore(state: OptimizerState): void;
}

/** Number of elements of a trainable. */
export function elementCount(trainable: TrainableSpecification): number {
  return trainable.shape.reduce((product, dimension) => product * dimension, 1);
}

/** The named tensors of an optimiser, with copying out and checked copying in. */
export class StateTensors {
  private readonly tensors = new Map<string, Float32Array>();

  /** Adds a tensor of zeros. */
  add(name: string, length: number): Float32Array {
    const tensor = new Float32Array(length);
    this.tensors.set(name, tensor);
    return tensor;
  }

  copy(): Record<string, Float32Array> {
    return Object.fromEntries([...this.tensors].map(([name, tensor]) => [name, tensor.slice()]));
  }

  restore(optimizer: string, given: Readonly<Record<string, Float32Array>>): void {
    const names = Object.keys(given);
    const fits =
      names.length === this.tensors.size && names.every((name) => this.tensors.get(name)?.length === given[name].length);
    if (!fits) throw unfittingState(optimizer);
    for (const [name, tensor] of this.tensors) tensor.set(given[name]);
  }
}

/** A counter of a restored state: a whole number that is not negative. */
export function restoredCounter(optimizer: string, state: OptimizerState, name: string): number {
  const value = state.scalars[name];
  if (!Number.isSafeInteger(value) || value < 0) throw unfittingState(optimizer);
  return value;
}

function unfittingState(optimizer: string): PromptTuningError {
  return new PromptTuningError("run", `The checkpoint's ${optimizer} state does not fit this run.`, {
    reason: "Its tensors have other names or sizes, or a counter is missing.",
    advice: "Resume with the experiment the checkpoint was made with, or start a new run.",
  });
}
