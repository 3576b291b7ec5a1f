import { z } from "zod";
import type { ErrorDetails, PromptTuningError } from "../../common/errors.js";

/** A refusal as data: what happened, why, what to do. */
export const problemSchema = z.object({ message: z.string(), reason: z.string().optional(), advice: z.string().optional() });
export type ModelProblem = z.infer<typeof problemSchema>;

/** What can be said of a model without unpacking or loading its weights. What is not known is left out. */
export const modelFactsSchema = z.object({
  name: z.string(),
  format: z.enum(["gguf", "onnx", "safetensors"]),
  /** The model's file, relative to its folder or repository. */
  file: z.string(),
  /** Where it came from, for a person. */
  description: z.string(),
  hubId: z.string().optional(),
  revision: z.string().optional(),
  /** Whether its weights lie on this disk; of a repository that was not fetched only its lists are read. */
  onDisk: z.boolean(),
  family: z.string().optional(),
  /** Bytes of all its files. */
  bytes: z.number(),
  /** Numbers in all weights. */
  parameters: z.number().optional(),
  /** How its weights are stored, by types; the share is that of the numbers. The largest first. */
  weights: z.array(z.object({ type: z.string(), share: z.number() })),
  contextLength: z.number().optional(),
  layers: z.number().optional(),
  hiddenSize: z.number().optional(),
  tokenizer: z.object({ kind: z.enum(["byte-level-bpe", "sentencepiece", "other"]), vocabulary: z.number() }).optional(),
  licence: z.string().optional(),
  /** Estimated highest memory of a training process (src/backbone/facts/estimate-memory.ts); so much more where every token is scored (generation). */
  memory: z.object({ bytes: z.number(), vocabularyBytes: z.number().optional(), batchSize: z.number(), textTokens: z.number(), virtualTokens: z.number() }).optional(),
  /**
   * Operators between a soft prompt and the loss. `nodes` is absent where the graph is this program's own, all of whose
   * operators have rules.
   */
  operators: z.object({ nodes: z.number().optional(), missing: z.array(z.object({ operator: z.string(), nodes: z.number() })) }).optional(),
  /** What the check of the gradient by finite differences gave. */
  gradient: z.object({ relativeErrors: z.array(z.number()), tolerance: z.number(), passed: z.boolean() }).optional(),
  /** Why it cannot be trained through; absent where nothing is known against it. */
  problem: problemSchema.optional(),
  /** Other files of the same folder or repository that can be used, where this one cannot. */
  usableInstead: z.array(z.string()),
});
export type ModelFacts = z.infer<typeof modelFactsSchema>;

/** Facts while they are collected: what is known when a reader refuses the model is kept. */
export type FactsDraft = { -readonly [Key in keyof ModelFacts]: ModelFacts[Key] };

export function problemOf({ message, reason, advice }: Pick<PromptTuningError, "message"> & ErrorDetails): ModelProblem {
  return { message, reason, advice };
}

/** Shares of types from counts of numbers. */
export function sharesOf(counts: ReadonlyMap<string, number>): ModelFacts["weights"] {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts].map(([type, count]) => ({ type, share: total > 0 ? count / total : 0 })).sort((a, b) => b.share - a.share || (a.type < b.type ? -1 : 1));
}
