import { z } from "zod";
import { evaluationMeasuresSchema } from "../runs/events.js";

export const neighbourSchema = z.object({
  id: z.number(),
  /** The token made visible and harmless. */
  token: z.string(),
  cosine: z.number(),
  dot: z.number(),
  l2: z.number(),
});
export type Neighbour = z.infer<typeof neighbourSchema>;

export const normDistributionSchema = z.object({
  count: z.number(),
  minimum: z.number(),
  maximum: z.number(),
  mean: z.number(),
  standardDeviation: z.number(),
  percentiles: z.array(z.object({ percent: z.number(), norm: z.number() })).readonly(),
});

/** Measures of the prompt as it was learned, and with every vector replaced by its nearest token. */
export const faithfulnessSchema = z.object({
  learned: evaluationMeasuresSchema,
  hardened: evaluationMeasuresSchema,
  /** The nearest tokens read as a text. */
  hardPrompt: z.string(),
  /** Whether typing that text gives the same tokens. */
  retokenizesAlike: z.boolean(),
  caution: z.string(),
});

/** What a learned prompt looks like beside the vocabulary. Kept with the run as inspection.json. */
export const inspectionSchema = z.object({
  virtualTokens: z.array(
    z.object({
      index: z.number(),
      norm: z.number(),
      /** The nearest tokens by each measure, nearest first. */
      cosine: z.array(neighbourSchema),
      dot: z.array(neighbourSchema),
      l2: z.array(neighbourSchema),
    }),
  ),
  /** Norms of the vocabulary's embeddings. */
  vocabularyNorms: normDistributionSchema,
  /** What is left when every vector is replaced by its nearest token. */
  faithfulness: faithfulnessSchema.optional(),
});
export type Inspection = z.infer<typeof inspectionSchema>;
