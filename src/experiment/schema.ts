import { z } from "zod";

/**
 * The experiment file (`*.ptune.json`). This schema is the source of the TypeScript type, of the editor's JSON
 * schema, of every default and of the messages.
 */

export const modelSchema = z.union([
  z.string().describe("A name of the catalogue, such as smollm2-135m-instruct."),
  z.strictObject({ path: z.string().describe("A .gguf or .onnx file, or a folder that holds one. Relative to this file.") }),
  z.strictObject({
    hub: z.string().describe("Repository of the hub, owner/name."),
    revision: z.string().optional().describe("Branch, tag or commit."),
    file: z.string().optional().describe("File inside the repository."),
  }),
]);

export const datasetFilesSchema = z.strictObject({
  train: z.string().describe("Training rows: .tsv, .csv, .jsonl or .json. Relative to this file."),
  validation: z.string().optional().describe("Rows for evaluation during training. Without it, a stratified part of train is kept aside by hash."),
  test: z.string().optional().describe("Held-out rows, looked at once at the end."),
  columns: z.record(z.string(), z.string()).describe("Slot of the template → column of the data."),
  limit: z
    .strictObject({ train: z.int().min(1).optional(), validation: z.int().min(1).optional(), test: z.int().min(1).optional() })
    .optional()
    .describe("At most so many rows of a split, drawn with the seed, balanced over the labels as the data is."),
});
export const datasetSchema = z.union([z.string().describe("Name of a sample (spam-assassin)."), datasetFilesSchema]);

export const initializationSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("random").describe("Normal, at the scale of the vocabulary's embeddings.") }),
  z.strictObject({ type: z.literal("normal").describe("N(0, 1), as PEFT's RANDOM.") }),
  z.strictObject({ type: z.literal("sampled-vocabulary"), mostCommon: z.int().min(1).optional().describe("Draw from the k most common tokens (Lester: 5000); all when absent.") }),
  z.strictObject({ type: z.literal("text"), text: z.string().min(1) }),
  z.strictObject({ type: z.literal("class-labels").describe("The verbalizer's words, repeated.") }),
  z.strictObject({ type: z.literal("file"), path: z.string().describe("A PEFT adapter folder or .safetensors or .npy file.") }),
]);
export type Initialization = z.infer<typeof initializationSchema>;

export const taskSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("classification"),
    template: z.string(),
    verbalizer: z.record(z.string(), z.string()).optional().describe("Label → words. Without it the labels themselves, after a space."),
    head: z.enum(["verbalizer", "linear"]).default("verbalizer").describe("linear: a light head trained with the prompt, instead of words."),
    maxTokens: z.record(z.string(), z.int().min(1)).default({}).describe("Slot → most tokens it may take; longer texts are cut at the end."),
  }),
  z.strictObject({
    type: z.literal("generation"),
    template: z.string(),
    maxTokens: z.record(z.string(), z.int().min(1)).default({}),
    maxNewTokens: z.int().min(1).max(1024).default(64),
  }),
]);
export type TaskSettings = z.infer<typeof taskSchema>;

export const methodSchema = z.strictObject({
  type: z.literal("prompt-tuning").default("prompt-tuning"),
  init: initializationSchema.default({ type: "random" }),
});

export const trainingSchema = z.strictObject({
  steps: z.int().min(1).default(300).describe("Optimiser steps."),
  batchSize: z.int().min(1).default(8).describe("Sequences in one forward and backward pass."),
  accumulate: z.int().min(1).default(1).describe("Passes summed before one optimiser step."),
  optimizer: z.enum(["adamw", "adafactor", "sgd"]).default("adamw"),
  learningRate: z.number().positive().default(0.01),
  weightDecay: z.number().min(0).default(0),
  momentum: z.number().min(0).max(1).default(0).describe("SGD only."),
  schedule: z.enum(["constant", "linear", "cosine"]).default("linear"),
  warmup: z.number().min(0).max(1).default(0.05).describe("Share of the steps over which the learning rate rises."),
  clipNorm: z.number().positive().nullable().default(1).describe("Gradients are scaled down to this global norm; null: never."),
  lengthBuckets: z.boolean().default(true).describe("Batches of similar length, less padding."),
  earlyStopping: z
    .strictObject({ patience: z.int().min(1), minDelta: z.number().min(0).default(0) })
    .nullable()
    .default(null)
    .describe("Ends after so many evaluations without an improvement."),
  checkpointEvery: z.int().min(1).default(25).describe("Steps between checkpoints."),
  seed: z.int().default(1),
  precision: z.enum(["auto", "exact"]).default("auto").describe("auto is exact today."),
  threads: z.int().min(1).optional().describe("Threads of the math; the physical cores when absent."),
  keptMemoryMB: z.int().min(0).default(2048).describe("Memory for the kept keys and values of the text before the first soft slot; 0 keeps none."),
});
export type TrainingSettings = z.infer<typeof trainingSchema>;

export const baselineSchema = z.union([z.enum(["majority", "zero-shot"]), z.strictObject({ hardPrompt: z.string() })]);

export const evaluationSchema = z.strictObject({
  every: z.int().min(1).default(50).describe("Steps between evaluations on the validation split."),
  metric: z.enum(["accuracy", "macroF1", "loss", "exactMatch", "rougeL"]).optional().describe("Decides the best checkpoint. accuracy for classification, rougeL for generation."),
  batchSize: z.int().min(1).default(16),
  baselines: z.array(baselineSchema).default(["majority", "zero-shot"]),
});

export const experimentSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "letters, digits, '.', '_' and '-', at most 64, no spaces"),
  model: modelSchema,
  dataset: datasetSchema,
  task: taskSchema,
  method: methodSchema.prefault({}),
  training: trainingSchema.prefault({}),
  evaluation: evaluationSchema.prefault({}),
});
/** An experiment with every default filled in. */
export type Experiment = z.infer<typeof experimentSchema>;
