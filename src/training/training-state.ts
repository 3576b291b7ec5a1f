import { z } from "zod";
import { PromptTuningError } from "../common/errors.js";
import type { TensorValues, TrainableSpecification } from "../engine/program.js";
import { samplerCursorSchema } from "./batch-sampler.js";
import { bestRecordSchema } from "./best-checkpoint.js";
import { diagnosticsStateSchema } from "./diagnostics.js";
import { earlyStoppingStateSchema } from "./early-stopping.js";
import type { OptimizerState } from "./optimizers/optimizer.js";
import { elementCount } from "./optimizers/optimizer.js";

const stateJsonSchema = z.strictObject({
  version: z.literal(1),
  /** Optimiser steps done. */
  step: z.int().min(0),
  /** Step of the last evaluation, 0 for none. An evaluation that is due and was not done is done on resuming. */
  evaluatedStep: z.int().min(0),
  optimizer: z.strictObject({ name: z.string(), scalars: z.record(z.string(), z.number()) }),
  sampler: samplerCursorSchema,
  best: bestRecordSchema.nullable(),
  earlyStopping: earlyStoppingStateSchema,
  diagnostics: diagnosticsStateSchema,
});

/** Everything on which the rest of a training depends, apart from its settings and data. */
export interface TrainingState extends Omit<z.infer<typeof stateJsonSchema>, "best" | "optimizer"> {
  readonly values: TensorValues;
  readonly best: (z.infer<typeof bestRecordSchema> & { readonly values: TensorValues }) | null;
  readonly optimizer: OptimizerState & { readonly name: string };
}

/** A training state as a checkpoint holds it: tensors (float32, one dimension) and JSON. Numbers of the JSON survive JSON.stringify exactly. */
export interface StoredTrainingState {
  readonly tensors: Readonly<Record<string, Float32Array>>;
  readonly json: unknown;
}

const prefixes = { values: "values/", best: "best/", optimizer: "optimizer/" } as const;

/** Tensors are copied, so that the stored state does not change when training goes on. */
export function storeTrainingState(state: TrainingState): StoredTrainingState {
  const { values, best, optimizer, ...rest } = state;
  return {
    tensors: {
      ...prefixed(prefixes.values, values),
      ...prefixed(prefixes.optimizer, optimizer.tensors),
      ...(best && prefixed(prefixes.best, best.values)),
    },
    json: {
      ...rest,
      optimizer: { name: optimizer.name, scalars: { ...optimizer.scalars } },
      best: best && { step: best.step, value: best.value },
    },
  };
}

/** Reads a stored state back and checks it against the run's trainables. Throws a PromptTuningError (run) where it does not fit. */
export function readTrainingState(stored: StoredTrainingState, trainables: readonly TrainableSpecification[]): TrainingState {
  const parsed = stateJsonSchema.safeParse(stored.json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw unusable(`At "${issue.path.join(".")}": ${issue.message}.`);
  }
  const { best, optimizer, ...rest } = parsed.data;
  return {
    ...rest,
    values: trainableTensors(stored, prefixes.values, trainables),
    best: best && { ...best, values: trainableTensors(stored, prefixes.best, trainables) },
    optimizer: { ...optimizer, tensors: withoutPrefix(stored, prefixes.optimizer) },
  };
}

function trainableTensors(stored: StoredTrainingState, prefix: string, trainables: readonly TrainableSpecification[]): TensorValues {
  const tensors = withoutPrefix(stored, prefix);
  for (const trainable of trainables)
    if (tensors[trainable.name]?.length !== elementCount(trainable))
      throw unusable(`The tensor "${prefix}${trainable.name}" is missing or does not have the size [${trainable.shape.join(", ")}].`);
  return Object.fromEntries(trainables.map(({ name }) => [name, tensors[name]]));
}

function prefixed(prefix: string, tensors: TensorValues): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor.slice()]));
}

function withoutPrefix(stored: StoredTrainingState, prefix: string): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(stored.tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor.slice()]),
  );
}

function unusable(reason: string): PromptTuningError {
  return new PromptTuningError("run", "The checkpoint cannot be resumed.", {
    reason,
    advice: "Resume from an earlier checkpoint with the experiment it was made with, or start a new run.",
  });
}
