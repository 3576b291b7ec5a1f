import { z } from "zod";
import { faithfulnessSchema, neighbourSchema, normDistributionSchema } from "../../inspection/inspection-schema.js";
import { nearnessMetrics } from "../../inspection/nearness.js";
import { mapScalings, projections } from "../../inspection/map-setting.js";
import { fetchProgressSchema } from "./playground.js";

const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly();

export const nearnessMetricSchema = z.enum(nearnessMetrics);
const byMetric = <Schema extends z.ZodType>(schema: Schema) => z.object({ cosine: schema, dot: schema, l2: schema });

/** A prompt: a run's folder, an adapter's, or a safetensors file. `model`: a name of the catalogue, where it does not say its backbone. */
const target = { path: z.string(), model: z.string().optional() };

/** The backbone is fetched and unpacked (`fetching`, in bytes), then the work itself goes on. */
export const inspectionProgressSchema = z.object({ fetching: fetchProgressSchema.optional(), done: z.number(), total: z.number().optional() });
export type InspectionProgress = z.infer<typeof inspectionProgressSchema>;

export const neighboursSchema = z.object({
  backbone: z.object({ name: z.string(), same: z.boolean().nullable() }),
  tokens: list(byMetric(list(neighbourSchema))),
  vocabulary: z.object({
    norms: normDistributionSchema,
    ordinary: z.object({ low: z.number(), high: z.number() }),
    histogram: z.object({ from: z.number(), to: z.number(), counts: list(z.number()) }),
  }),
});

export const timelineSchema = z.object({
  source: z.enum(["trajectory", "checkpoints", "none"]),
  damaged: z.int(),
  /** Place in `steps` of the prompt that was kept. */
  learned: z.int().nullable(),
  steps: list(
    z.object({
      step: z.int(),
      norms: list(z.number()),
      /** Distance of each vector from where it was at the first step there is. */
      moved: list(z.number()),
      /** [virtual token][k], nearest first. */
      nearest: byMetric(z.object({ ids: list(list(z.int())), values: list(list(z.number())) })),
    }),
  ),
  tokens: list(z.tuple([z.int(), z.string()]).readonly()),
});

const place = z.tuple([z.number(), z.number()]).readonly();
export const mapSchema = z.object({
  projection: z.enum(projections),
  virtualTokens: list(place),
  neighbours: list(place),
  trajectory: list(list(place)),
  explained: place.nullable(),
  tokens: list(z.object({ id: z.int(), token: z.string(), of: list(z.int()) })),
  steps: list(z.int()),
});
export const mapParams = {
  projection: z.enum(projections),
  scaling: z.enum(mapScalings).default("as-is"),
  k: z.int().min(1).max(10).default(3),
  metric: nearnessMetricSchema.default("cosine"),
  trajectory: z.boolean().default(false),
};

export const tokenImportanceSchema = z.object({
  index: z.int(),
  lossChange: z.number(),
  standardError: z.number(),
  accuracyChange: z.number().nullable(),
  changedAnswers: z.int().nullable(),
});
export const importanceSchema = z.object({
  split: z.enum(["validation", "test"]),
  rows: z.int(),
  of: z.int(),
  loss: z.number(),
  accuracy: z.number().nullable(),
  tokens: list(tokenImportanceSchema),
});
export const importanceProgressSchema = inspectionProgressSchema.extend({ token: tokenImportanceSchema.optional() });

export const inspectionCalls = {
  /** The nearest tokens of each virtual token by every measure, and the vocabulary's norms. */
  "inspection/neighbours": { params: z.object({ ...target, k: z.int().min(1).max(50).default(10) }), result: neighboursSchema, progress: inspectionProgressSchema, patience: "unlimited" },
  "inspection/timeline": { params: z.object({ ...target, k: z.int().min(1).max(10).default(5) }), result: timelineSchema, progress: inspectionProgressSchema, patience: "unlimited" },
  "inspection/map": { params: z.object({ ...target, ...mapParams }), result: mapSchema, progress: inspectionProgressSchema, patience: "unlimited" },
  /** Leave-one-out; the progress brings each virtual token when it is measured. */
  "inspection/importance": { params: z.object({ ...target, rows: z.int().min(2).max(4096).default(64) }), result: importanceSchema, progress: importanceProgressSchema, patience: "unlimited" },
  /** Two evaluations on the run's held-out rows. */
  "inspection/faithfulness": { params: z.object(target), result: faithfulnessSchema, progress: inspectionProgressSchema, patience: "unlimited" },
} as const;
