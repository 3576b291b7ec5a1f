import { z } from "zod";
import { baselineEventSchema, checkpointEventSchema, evaluationEventSchema, messageEventSchema, phaseEventSchema, resultEventSchema, resumeEventSchema, stateEventSchema } from "../../runs/events.js";
import { runEntrySchema } from "../../runs/run-entry.js";
import { taskTypes } from "../../tasks/task-facts.js";
import { jobStatusSchema } from "../backend/jobs.js";
import type { Contract } from "../contract.js";
import { pageCalls } from "./page-calls.js";

/** What a person can do with a run from its page; the host carries it out by the command of that name. */
export const runActions = ["stopRun", "pauseRun", "continueRun", "resumeRun", "rerun", "inspectPrompt", "tryPrompt", "exportPrompt", "compareWithBaseline", "pinBaseline", "revealFiles", "copyConfigDifference", "showLog"] as const;
export const runActionSchema = z.enum(runActions);
export type RunAction = z.infer<typeof runActionSchema>;

/** The header: what lists know of a run, and what this window knows beside. */
export const runStatusSchema = z.object({
  entry: runEntrySchema,
  /** The job of this window that works on it. */
  job: jobStatusSchema.nullable(),
  /** Resident memory of the backend process, while it works on this run. */
  memoryMB: z.number().nullable(),
  isBaseline: z.boolean(),
  /** Whether another run is pinned as baseline. */
  hasBaseline: z.boolean(),
  /** In a workspace that is not trusted nothing runs. */
  trusted: z.boolean(),
});
export type RunStatus = z.infer<typeof runStatusSchema>;

export const settingSchema = z.object({
  /** "training.learningRate". */
  key: z.string(),
  /** As JSON would have it, texts without quotes. */
  value: z.string(),
  /** Undefined: every experiment has to say it. */
  otherwise: z.string().optional(),
});
export type Setting = z.infer<typeof settingSchema>;

export const runFileSchema = z.object({ name: z.string(), bytes: z.number(), folder: z.boolean() });
export type RunFile = z.infer<typeof runFileSchema>;

/** What does not change while a run goes on, and its files. */
export const runDetailsSchema = z.object({
  backbone: z.string().nullable(),
  taskType: z.enum(taskTypes).nullable(),
  /** The measure that decides which checkpoint is best. */
  metric: z.string().nullable(),
  /** Every setting, the defaults among them. */
  settings: z.array(settingSchema),
  /** Name → what the run was made with. */
  environment: z.array(z.object({ name: z.string(), value: z.string() })),
  files: z.array(runFileSchema),
  /** What of this cannot be read, one sentence each. */
  problems: z.array(z.string()),
});
export type RunDetails = z.infer<typeof runDetailsSchema>;

const column = z.array(z.number().nullable());
/** Steps in columns: a message of some thousand of them stays small. */
export const stepColumnsSchema = z.object({ type: z.literal("steps"), step: z.array(z.number()), loss: column, learningRate: column, gradientNorm: column, samplesPerSecond: z.number(), epoch: z.number(), steps: z.number() });
export type StepColumns = z.infer<typeof stepColumnsSchema>;

/** Everything but steps, with its time. The order among the parts is the journal's: what follows a "resume" replaces later steps. */
export const timedEventSchema = z.object({
  type: z.literal("event"),
  time: z.string(),
  event: z.discriminatedUnion("type", [stateEventSchema, evaluationEventSchema, baselineEventSchema, checkpointEventSchema, resumeEventSchema, messageEventSchema, phaseEventSchema, resultEventSchema]),
});
export type TimedEvent = z.infer<typeof timedEventSchema>;

/** Steps and events of one message together, at most. */
export const mostParts = 1000;
export const mostStepsInMessage = 5000;

export const journalBatchSchema = z.object({
  /** Forget everything: this is the journal from its begin. */
  restart: z.boolean(),
  parts: z.array(z.discriminatedUnion("type", [stepColumnsSchema, timedEventSchema])).max(mostParts),
  /** Whether this is all that is written so far. */
  caughtUp: z.boolean(),
  /** Broken lines of the journal, one sentence each; the first hundred. */
  damage: z.array(z.string()),
});
export type JournalBatch = z.infer<typeof journalBatchSchema>;

export const predictionFilterSchema = z.object({
  wrongOnly: z.boolean(),
  expected: z.string().nullable(),
  predicted: z.string().nullable(),
});
export type PredictionFilter = z.infer<typeof predictionFilterSchema>;

export const shownPredictionSchema = z.object({
  /** 0-based, in its file. */
  index: z.number(),
  expected: z.string(),
  predicted: z.string(),
  /** Sequence labelling: the text as it was generated, where it says other than was read. */
  generated: z.string().nullable(),
  right: z.boolean(),
  /** Classification: of the predicted and of the expected label. */
  probability: z.number().nullable(),
  expectedProbability: z.number().nullable(),
  /** Generation. */
  rougeL: z.number().nullable(),
  fields: z.record(z.string(), z.string()),
});
export type ShownPrediction = z.infer<typeof shownPredictionSchema>;

export const predictionPageSchema = z.object({
  /** False: the run has none (yet). */
  available: z.boolean(),
  split: z.enum(["validation", "test"]).nullable(),
  /** Rows in all, and those the filter lets through. */
  all: z.number(),
  matching: z.number(),
  /** In the file's order. */
  rows: z.array(shownPredictionSchema).max(100),
  /** Lines that could not be read. */
  damaged: z.number(),
});
export type PredictionPage = z.infer<typeof predictionPageSchema>;

const done = z.object({});

/** What the host answers. */
export const runViewHostContract = {
  calls: {
    ...pageCalls,
    /** The page is there and knows nothing: the answer says what stands still, and notices bring the journal from its begin. */
    ready: { params: z.object({}), result: z.object({ status: runStatusSchema, details: runDetailsSchema }), patience: 60 },
    details: { params: z.object({}), result: runDetailsSchema, patience: 60 },
    act: { params: z.object({ action: runActionSchema }), result: done, patience: 3600 },
    openFile: { params: z.object({ name: z.string().max(1000) }), result: done, patience: 60 },
    predictions: { params: z.object({ filter: predictionFilterSchema, offset: z.int().min(0), limit: z.int().min(1).max(100) }), result: predictionPageSchema, patience: 120 },
  },
  notices: {},
} as const satisfies Contract;
export type RunViewHostContract = typeof runViewHostContract;

/** What the page listens to. */
export const runViewPageContract = {
  calls: {},
  notices: {
    status: runStatusSchema,
    journal: journalBatchSchema,
  },
} as const satisfies Contract;
export type RunViewPageContract = typeof runViewPageContract;

/** What the page remembers: enough to be restored after the window was reloaded. */
export const runViewStateSchema = z.object({
  run: z.string(),
  tab: z.enum(["training", "result", "examples", "configuration", "log"]).optional(),
  options: z.object({ smoothing: z.number().min(0).max(0.99), logX: z.boolean(), logY: z.boolean() }).optional(),
});
export type RunViewState = z.infer<typeof runViewStateSchema>;
