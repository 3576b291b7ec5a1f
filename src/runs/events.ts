import { z } from "zod";

/** The events of a run's journal, and of `ptune run --json`. One line each. */

export const runStates = ["queued", "running", "paused", "stopped", "succeeded", "failed"] as const;
export const runStateSchema = z.enum(runStates);
export type RunState = z.infer<typeof runStateSchema>;

const metrics = z.record(z.string(), z.number().nullable());

export const perClassSchema = z.record(
  z.string(),
  z.object({ precision: z.number(), recall: z.number(), f1: z.number(), support: z.number() }),
);

/** Sequence labelling: what of the generated answers could not be taken as it stands. */
export const readingSchema = z.object({
  /** Rows whose answer had any of these. */
  rows: z.number(),
  /** Pieces that are neither a span nor a tag. */
  unreadable: z.number(),
  /** Spans and tags of a type that the task does not have. */
  unknownTypes: z.number(),
  /** Spans whose words do not stand in the row. */
  invented: z.number(),
  /** Spans whose words were named before. */
  repeated: z.number(),
  /** Tags: words without one, and tags without a word. */
  missing: z.number(),
  surplus: z.number(),
});

const contextGroupSchema = z.object({ items: z.number(), value: z.number() });

/** Measures of one evaluation; which of them, the task decides (tasks/task-facts.ts). perClass: of each label, or of each type of span. */
export const evaluationMeasuresSchema = z.object({
  items: z.number(),
  loss: z.number().nullable().optional(),
  accuracy: z.number().optional(),
  macroF1: z.number().optional(),
  perClass: perClassSchema.optional(),
  /** Rows: true label; columns: predicted label; order as in labels. */
  confusion: z.array(z.array(z.number())).optional(),
  labels: z.array(z.string()).optional(),
  exactMatch: z.number().optional(),
  rougeL: z.number().optional(),
  /** Sequence labelling: whole spans over all rows, as seqeval's default mode and conlleval count them; strict: IOB2. */
  spanF1: z.number().optional(),
  spanF1Strict: z.number().optional(),
  spanPrecision: z.number().optional(),
  spanRecall: z.number().optional(),
  reading: readingSchema.optional(),
  /** Where some rows have retrieved passages and some none: the task's main measure of each kind. */
  context: z.object({ with: contextGroupSchema, without: contextGroupSchema }).optional(),
});
export type EvaluationMeasures = z.infer<typeof evaluationMeasuresSchema>;

export const stateEventSchema = z.object({
  type: z.literal("state"),
  state: runStateSchema,
  reason: z.string().optional(),
});
export const stepEventSchema = z.object({
  type: z.literal("step"),
  step: z.number(),
  steps: z.number(),
  epoch: z.number(),
  loss: z.number().nullable(),
  learningRate: z.number(),
  gradientNorm: z.number().nullable(),
  samplesPerSecond: z.number(),
  secondsLeft: z.number().nullable(),
});
export const evaluationEventSchema = z.object({
  type: z.literal("evaluation"),
  step: z.number(),
  split: z.enum(["validation", "test"]),
  measures: evaluationMeasuresSchema,
  best: z.boolean().optional(),
});
export const baselineEventSchema = z.object({
  type: z.literal("baseline"),
  name: z.string(),
  measures: evaluationMeasuresSchema,
});
export const checkpointEventSchema = z.object({
  type: z.literal("checkpoint"),
  step: z.number(),
  file: z.string(),
});
/** A run goes on from a checkpoint: what the journal says of later steps is void and will be written again. */
export const resumeEventSchema = z.object({
  type: z.literal("resume"),
  /** Step of the checkpoint the run goes on from; 0 where it starts afresh. */
  step: z.number(),
});
export const messageEventSchema = z.object({
  type: z.literal("message"),
  level: z.enum(["info", "warning", "error"]),
  code: z.string(),
  text: z.string(),
});
export const phaseEventSchema = z.object({
  type: z.literal("phase"),
  /** What the run is busy with: "backbone", "data", "baselines", "training", "test". */
  phase: z.string(),
  done: z.number().optional(),
  total: z.number().optional(),
});
export const resultEventSchema = z.object({
  type: z.literal("result"),
  status: z.enum(["succeeded", "stopped", "failed"]),
  run: z.string(),
  adapter: z.string().nullable(),
  test: evaluationMeasuresSchema.nullable(),
  baselines: z.record(z.string(), evaluationMeasuresSchema),
  faithfulness: metrics.optional(),
  seconds: z.number(),
  trainingSeconds: z.number(),
  peakMemoryMB: z.number(),
});

export const runEventSchema = z.discriminatedUnion("type", [
  stateEventSchema,
  stepEventSchema,
  evaluationEventSchema,
  baselineEventSchema,
  checkpointEventSchema,
  resumeEventSchema,
  messageEventSchema,
  phaseEventSchema,
  resultEventSchema,
]);
export type RunEvent = z.infer<typeof runEventSchema>;
export type ResultEvent = z.infer<typeof resultEventSchema>;
