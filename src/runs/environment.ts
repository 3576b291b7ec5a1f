import os from "node:os";
import { z } from "zod";

/** What a trial of backward products gave on this machine. */
export const productTrialSchema = z.object({
  /** Fastest turn of each, in milliseconds. */
  exactMilliseconds: z.number(),
  approximateMilliseconds: z.number(),
  /** Least cosine between a row computed both ways. */
  leastCosine: z.number(),
});

/** How gradients are computed, and why so. */
export const gradientsChoiceSchema = z.object({ use: z.enum(["exact", "approximate"]), reason: z.string(), trial: productTrialSchema.optional() });
export type GradientsChoice = z.infer<typeof gradientsChoiceSchema>;

/** What a run's result may depend on beside the experiment. No host or user name: people commit and share run folders. */
export const environmentSchema = z.object({
  program: z.object({ name: z.literal("prompt-tuning-lab"), version: z.string() }),
  node: z.string(),
  onnxruntime: z.string(),
  platform: z.string(),
  architecture: z.string(),
  operatingSystem: z.string(),
  processor: z.string(),
  logicalProcessors: z.number(),
  memoryMB: z.number(),
  /** Threads of the math. */
  threads: z.number(),
  /** How gradients were computed; runs of older versions do not tell and were exact. */
  gradients: z.enum(["exact", "approximate"]).optional(),
  /** Why, with the figures of the trial where there was one. */
  gradientsChoice: gradientsChoiceSchema.optional(),
  model: z.object({ name: z.string(), sha256: z.string() }),
  /** Split → SHA-256 of its data. */
  data: z.record(z.string(), z.string()),
});
export type Environment = z.infer<typeof environmentSchema>;

/** What only the caller knows. */
export interface EnvironmentFacts {
  readonly programVersion: string;
  readonly onnxruntimeVersion: string;
  readonly threads: number;
  readonly gradients: "exact" | "approximate";
  readonly gradientsChoice?: GradientsChoice;
  readonly model: { readonly name: string; readonly sha256: string };
  readonly data: Readonly<Record<string, string>>;
}

/** The facts of the caller and of this machine. */
export function describeEnvironment(facts: EnvironmentFacts): Environment {
  const processors = os.cpus();
  return {
    program: { name: "prompt-tuning-lab", version: facts.programVersion },
    node: process.versions.node,
    onnxruntime: facts.onnxruntimeVersion,
    platform: process.platform,
    architecture: process.arch,
    operatingSystem: `${os.type()} ${os.release()}`,
    processor: processors[0]?.model.trim() || "unknown",
    logicalProcessors: processors.length,
    memoryMB: Math.round(os.totalmem() / 2 ** 20),
    threads: facts.threads,
    gradients: facts.gradients,
    gradientsChoice: facts.gradientsChoice,
    model: { ...facts.model },
    data: { ...facts.data },
  };
}
