import { z } from "zod";
import { measureNames } from "../tasks/task-facts.js";
import { taskSchema } from "./task-schema.js";

export { taskSchema, type TaskSettings } from "./task-schema.js";

/**
 * The experiment file (`*.ptune.json`). This schema is the source of the TypeScript type, of the editor's JSON
 * schema, of every default and of the messages.
 */

export const modelSchema = z.union([
  z.string().min(1).describe("A name of the catalogue, such as smollm2-135m-instruct."),
  z.strictObject({ path: z.string().min(1).describe("A .gguf or .onnx file, or a folder that holds one or model.safetensors. Relative to this file.") }),
  z.strictObject({
    hub: z.string().min(1).describe("Repository of the hub, owner/name."),
    revision: z.string().min(1).optional().describe("Branch, tag or commit."),
    file: z.string().min(1).optional().describe("File inside the repository."),
  }),
]);

const limitSchema = z
  .strictObject({ train: z.int().min(1).max(1_000_000_000).optional(), validation: z.int().min(1).max(1_000_000_000).optional(), test: z.int().min(1).max(1_000_000_000).optional() })
  .describe("At most so many rows of a split, drawn with the seed, balanced over the labels as the data is.");

export const datasetSampleSchema = z.strictObject({
  sample: z.string().min(1).describe("Name of a sample (spam-assassin)."),
  limit: limitSchema.optional(),
});
export const datasetFilesSchema = z.strictObject({
  train: z.string().min(1).describe("Training rows: .tsv, .csv, .jsonl, .json or .parquet, or a folder with a folder of texts a class. Relative to this file."),
  validation: z.string().min(1).optional().describe("Rows for evaluation during training. Without it, a stratified part of train is kept aside by hash."),
  test: z.string().min(1).optional().describe("Held-out rows, looked at once at the end."),
  columns: z.record(z.string(), z.string()).describe("Slot of the template → column of the data. The answer's slot (label or output) is among them."),
  limit: limitSchema.optional(),
});
export const datasetDescriptionSchema = z.strictObject({
  description: z.string().min(1).describe("The description of a data set (*.ptune-data.json, written by ptune data add). Relative to this file."),
  columns: z.record(z.string(), z.string()).default({}).describe("Slot of the template → column of the data, where the roles of the description do not say it."),
  limit: limitSchema.optional(),
});
export const datasetSchema = z.union([z.string().min(1).describe("Name of a sample (spam-assassin)."), datasetSampleSchema, datasetFilesSchema, datasetDescriptionSchema]);
export type DatasetFiles = z.infer<typeof datasetFilesSchema>;
export type DescribedDataset = z.infer<typeof datasetDescriptionSchema>;

/** The data files an experiment names; undefined where it uses a sample or names a description. */
export function filesOf(dataset: z.infer<typeof datasetSchema>): DatasetFiles | undefined {
  return typeof dataset === "object" && "train" in dataset ? dataset : undefined;
}

/** The description of a data set that an experiment names; undefined where it names something else. */
export function descriptionOf(dataset: z.infer<typeof datasetSchema>): DescribedDataset | undefined {
  return typeof dataset === "object" && "description" in dataset ? dataset : undefined;
}

/** The sample an experiment names, and how much of it is used; undefined where it names something else. */
export function sampleOf(dataset: z.infer<typeof datasetSchema>): z.infer<typeof datasetSampleSchema> | undefined {
  return typeof dataset === "string" ? { sample: dataset } : "sample" in dataset ? dataset : undefined;
}

export const initializationSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("random").describe("Normal, at the scale of the vocabulary's embeddings.") }),
  z.strictObject({ type: z.literal("normal").describe("N(0, 1), as PEFT's RANDOM.") }),
  z.strictObject({ type: z.literal("sampled-vocabulary").describe("Embeddings of tokens drawn from the vocabulary."), mostCommon: z.int().min(1).max(10_000_000).optional().describe("Draw from the k most common tokens (Lester: 5000); all when absent.") }),
  z.strictObject({ type: z.literal("text").describe("Embeddings of a text's tokens, repeated or cut to the soft prompt's length."), text: z.string().min(1).describe("The text to begin with.") }),
  z.strictObject({ type: z.literal("class-labels").describe("The verbalizer's words, repeated.") }),
  z.strictObject({ type: z.literal("file").describe("A soft prompt that was saved before."), path: z.string().min(1).describe("A PEFT adapter folder or .safetensors or .npy file.") }),
]);
export type Initialization = z.infer<typeof initializationSchema>;

export const methodSchema = z.strictObject({
  type: z.literal("prompt-tuning").default("prompt-tuning").describe("Virtual tokens are trained, the backbone is frozen (Lester et al. 2021)."),
  init: initializationSchema.default({ type: "random" }).describe("What the virtual tokens are before the first step."),
});

export const trainingSchema = z.strictObject({
  steps: z.int().min(1).max(10_000_000).default(300).describe("Optimiser steps."),
  batchSize: z.int().min(1).max(4096).default(8).describe("Sequences in one forward and backward pass."),
  accumulate: z.int().min(1).max(4096).default(1).describe("Passes summed before one optimiser step."),
  optimizer: z.enum(["adamw", "adafactor", "sgd"]).default("adamw").describe("How gradients become steps."),
  learningRate: z.number().positive().default(0.01).describe("The highest learning rate, reached after the warm-up."),
  weightDecay: z.number().min(0).default(0).describe("Share of the learning rate by which values shrink each step."),
  momentum: z.number().min(0).max(1).default(0).describe("SGD only."),
  schedule: z.enum(["constant", "linear", "cosine"]).default("linear").describe("How the learning rate falls after the warm-up."),
  warmup: z.number().min(0).max(1).default(0.05).describe("Share of the steps over which the learning rate rises."),
  clipNorm: z.number().positive().nullable().default(1).describe("Gradients are scaled down to this global norm; null: never."),
  lengthBuckets: z.boolean().default(true).describe("Batches of similar length, less padding."),
  earlyStopping: z
    .strictObject({
      patience: z.int().min(1).max(1_000_000).describe("Evaluations without an improvement."),
      minDelta: z.number().min(0).default(0).describe("What counts as an improvement of the metric."),
    })
    .nullable()
    .default(null)
    .describe("Ends after so many evaluations without an improvement."),
  checkpointEvery: z.int().min(1).max(10_000_000).default(25).describe("Steps between checkpoints."),
  seed: z.int().min(-2147483648).max(2147483647).default(1).describe("Everything random in a run follows from it (32 bits)."),
  precision: z.enum(["auto", "exact", "approximate"]).default("auto").describe("approximate: gradients by products of 8-bit integers, faster; losses and evaluations stay exact. auto: approximate where it was shown to train as well and a trial finds this machine clearly faster at it, else exact; exact today."),
  weights: z.enum(["float32", "stored"]).default("float32").describe("stored: the matrices of a GGUF file stay in its blocks of 4 or 8 bits, for the least memory; the same losses and gradients, slower steps."),
  packWeights: z.boolean().default(false).describe("Holds the frozen weights rearranged for every use: faster steps for about two more copies of them in memory."),
  threads: z.int().min(1).max(1024).optional().describe("Threads of the math; the physical cores when absent."),
  keptMemoryMB: z.int().min(0).max(1_048_576).default(512).describe("Memory for the kept keys and values of the text before the first soft slot, which is computed once a run; the rest of them goes to the disk."),
  keptDiskMB: z.int().min(0).max(16_777_216).default(4096).describe("Room on the disk for what does not fit there, at most half of what is free: a file in the cache that is gone with the run. 0 uses none. Texts without a place are computed again at every step."),
});
export type TrainingSettings = z.infer<typeof trainingSchema>;

export const baselineSchema = z.union([z.enum(["majority", "zero-shot", "without-context"]), z.strictObject({ hardPrompt: z.string().describe("Text that takes the first soft slot's place; further soft slots are left out.") })]);

export const evaluationSchema = z.strictObject({
  every: z.int().min(1).max(10_000_000).default(50).describe("Steps between evaluations on the validation split."),
  metric: z.enum(measureNames).optional().describe("Decides the best checkpoint. accuracy for classification, rougeL for generation, spanF1 for sequence labelling."),
  batchSize: z.int().min(1).max(4096).default(16).describe("Most sequences in one pass."),
  baselines: z
    .array(baselineSchema)
    .max(16)
    .default(["majority", "zero-shot"])
    .describe("What the soft prompt is compared with: the most frequent label, the template without virtual tokens, a text in their place, or the learned prompt itself without the retrieved passages."),
});

export const experimentSchema = z.strictObject({
  $schema: z.string().optional().describe("For editors."),
  name: z.string().describe("Names the run folders.").regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "letters, digits, '.', '_' and '-', at most 64, no spaces"),
  model: modelSchema.describe("The backbone: the frozen model."),
  dataset: datasetSchema.describe("What is learned from."),
  task: taskSchema.describe("What is asked of the backbone."),
  method: methodSchema.prefault({}).describe("What is trained."),
  training: trainingSchema.prefault({}).describe("How it is trained."),
  evaluation: evaluationSchema.prefault({}).describe("How it is measured."),
});
/** An experiment with every default filled in. */
export type Experiment = z.infer<typeof experimentSchema>;
