import type { Tensor } from "onnxruntime-node";
import type { StepResult, TrainableSpecification } from "../program.js";

/** Loss and gradients out of a step's graph. Copies: the tensors' memory belongs to onnxruntime. */
export function unpackStep(outputs: Readonly<Record<string, Tensor>>, trainables: readonly TrainableSpecification[]): StepResult {
  const gradients = Object.fromEntries(trainables.map(({ name }) => [name, (outputs[`gradient.${name}`].data as Float32Array).slice()]));
  return { loss: (outputs.loss.data as Float32Array)[0], gradients };
}
