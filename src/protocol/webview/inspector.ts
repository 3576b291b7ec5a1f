import { z } from "zod";
import { faithfulnessSchema, neighbourSchema, normDistributionSchema } from "../../inspection/inspection-schema.js";
import { mapScalings, projections } from "../../inspection/map-setting.js";
import { importanceProgressSchema, importanceSchema, inspectionProgressSchema, mapParams, mapSchema, nearnessMetricSchema, neighboursSchema, timelineSchema } from "../backend/inspection.js";
import type { Contract } from "../contract.js";
import { errorDataSchema } from "../error-data.js";
import { pageCalls } from "./page-calls.js";

const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly();
const done = z.object({});

/** What the page remembers while it is hidden and over a reload of the window. */
export const inspectorMemorySchema = z.object({
  /** What it is opened on. */
  path: z.string(),
  /** The backbone a person chose for a prompt that does not say its own. */
  model: z.string().nullable().default(null),
  metric: nearnessMetricSchema.default("cosine"),
  projection: z.enum(projections).default("pca"),
  scaling: z.enum(mapScalings).default("as-is"),
  trajectory: z.boolean().default(true),
});
export type InspectorMemory = z.infer<typeof inspectorMemorySchema>;

/** A prompt, and all that can be told of it without its backbone. */
export const promptSubjectSchema = z.object({
  kind: z.literal("prompt"),
  path: z.string(),
  label: z.string(),
  source: z.enum(["run", "adapter", "file"]),
  virtualTokens: z.int(),
  width: z.int(),
  /** Step of the checkpoint it comes from; null where it is final. */
  checkpoint: z.int().nullable(),
  template: z.string().nullable(),
  trainedOn: z.string().nullable(),
  /** Whether it says its backbone; where not, the person chooses one. */
  knowsBackbone: z.boolean(),
  norms: list(z.number()),
  /** [P, P]; null for a prompt too long to be shown so. */
  similarity: list(list(z.number())).nullable(),
  /** Snapshots of its way there are. */
  snapshots: z.int(),
  /** What the run itself found out when it ended. */
  kept: z
    .object({
      tokens: list(z.object({ cosine: list(neighbourSchema), dot: list(neighbourSchema), l2: list(neighbourSchema) })),
      vocabularyNorms: normDistributionSchema,
      faithfulness: faithfulnessSchema.nullable(),
    })
    .nullable(),
});
export type PromptSubject = z.infer<typeof promptSubjectSchema>;

export const subjectSchema = z.discriminatedUnion("kind", [
  promptSubjectSchema,
  /** Weights of another kind, such as LoRA's. */
  z.object({
    kind: z.literal("other"),
    path: z.string(),
    peftType: z.string().nullable(),
    tensors: list(z.object({ name: z.string(), dtype: z.string(), shape: list(z.number()), bytes: z.number() })),
    count: z.int(),
    parameters: z.number(),
    size: z.number(),
  }),
  z.object({ kind: z.literal("unreadable"), path: z.string(), error: errorDataSchema }),
]);
export type Subject = z.infer<typeof subjectSchema>;

const model = { model: z.string().optional() };

/** What the host answers. */
export const inspectorHostContract = {
  calls: {
    ...pageCalls,
    /** The page's first call, and again when the prompt has changed. */
    ready: { params: z.object({}), result: z.object({ trusted: z.boolean(), subject: subjectSchema, backbones: list(z.object({ name: z.string(), title: z.string() })) }), patience: 60 },
    neighbours: { params: z.object(model), result: neighboursSchema, progress: inspectionProgressSchema, patience: "unlimited" },
    timeline: { params: z.object(model), result: timelineSchema, progress: inspectionProgressSchema, patience: "unlimited" },
    /** `alone`: the prompt's own vectors only, for which no backbone is loaded. */
    map: { params: z.object({ ...model, ...mapParams, alone: z.boolean().default(false) }), result: mapSchema, progress: inspectionProgressSchema, patience: "unlimited" },
    importance: { params: z.object(model), result: importanceSchema, progress: importanceProgressSchema, patience: "unlimited" },
    faithfulness: { params: z.object(model), result: faithfulnessSchema, progress: inspectionProgressSchema, patience: "unlimited" },
    command: { params: z.object({ command: z.enum(["openRun", "tryPrompt", "exportPrompt", "importAdapter", "manageTrust", "showLog"]) }), result: done, patience: 10 },
  },
  notices: {},
} as const satisfies Contract;
export type InspectorHostContract = typeof inspectorHostContract;

/** What the page listens to. */
export const inspectorPageContract = {
  calls: {},
  notices: {
    /** The workspace has been trusted. */
    trusted: done,
    /** The prompt's files are not any more what the page shows. */
    changed: done,
  },
} as const satisfies Contract;
export type InspectorPageContract = typeof inspectorPageContract;
