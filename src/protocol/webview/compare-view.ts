import { z } from "zod";
import { measureKeys } from "../../comparison/measures.js";
import { runEntrySchema } from "../../runs/run-entry.js";
import { type MeasureName, measureNames } from "../../tasks/task-facts.js";
import type { Contract } from "../contract.js";

const settingsSchema = z.array(z.tuple([z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])]));
const pointsSchema = z.array(z.tuple([z.number(), z.number()]));

/** A run as it is compared: everything but its curves. */
export const comparedRunSchema = runEntrySchema.pick({ path: true, name: true, id: true, experimentName: true, seed: true, created: true, state: true, active: true, reason: true, step: true, steps: true, damage: true }).extend({
  /** Settings of its experiment with every default filled in: path → value (see comparison/configuration.ts). */
  settings: settingsSchema,
  /** What it was made with and on. */
  environment: settingsSchema,
  measures: z.partialRecord(z.enum(measureKeys), z.number()),
  /** Held-out rows it was measured on, once it was. */
  testRows: z.int().nullable(),
  /** Sets of answers that were kept row by row: "learned" and its baselines. Empty for unfinished and older runs. */
  answers: z.array(z.string()),
});
export type ComparedRun = z.infer<typeof comparedRunSchema>;

/** Measures of evaluations that can be drawn over the steps. */
export const curveMeasures = measureNames;
export type CurveMeasure = MeasureName;

/** The curves of a run, thin enough to be sent. */
export const runCurvesSchema = z.object({
  path: z.string(),
  /** Loss of the training batches; each point is the mean of so many steps. */
  loss: z.object({ points: pointsSchema, stepsAPoint: z.int() }),
  /** Measures on the validation rows. */
  validation: z.partialRecord(z.enum(curveMeasures), pointsSchema),
});
export type RunCurves = z.infer<typeof runCurvesSchema>;

/** Answers to the held-out rows: a run's own ("learned"), or those of one of its baselines. */
export const sideSchema = z.object({ run: z.string(), set: z.string() });
export type Side = z.infer<typeof sideSchema>;

export const pairedMeasures = ["accuracy", "exactMatch", "rougeL"] as const;
export type PairedMeasure = (typeof pairedMeasures)[number];

/** What the paired bootstrap says of b − a; or why there is nothing to say. */
export const significanceSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("measured"),
    rows: z.int(),
    onlyA: z.int(),
    onlyB: z.int(),
    differing: z.int(),
    difference: z.number(),
    interval: z.tuple([z.number(), z.number()]),
    p: z.number(),
    resamples: z.int(),
  }),
  z.object({ type: z.literal("impossible"), reason: z.enum(["no-answers-a", "no-answers-b", "no-common-rows", "too-many-rows"]) }),
]);
export type Significance = z.infer<typeof significanceSchema>;

/** What the page remembers. */
export const comparePageStateSchema = z.object({
  runs: z.array(z.string()).max(1000),
  sorting: z.object({ by: z.enum([...measureKeys, "chosen"]), descending: z.boolean() }).optional(),
});

const runSchema = z.object({ run: z.string() });
const done = z.object({});

export const compareHostContract = {
  calls: {
    /** Which runs the comparison is of; what they are follows as notices, as soon as each is read. */
    ready: { params: done, result: z.object({ paths: z.array(z.string()), baseline: z.string().nullable() }), patience: 10 },
    /** Asks the person which runs to add; they come as a notice. */
    addRuns: { params: done, result: done, patience: "unlimited" },
    removeRun: { params: runSchema, result: done, patience: 10 },
    openRun: { params: runSchema, result: done, patience: 10 },
    /** null: no run is the baseline any more. */
    pinBaseline: { params: z.object({ run: z.string().nullable() }), result: done, patience: 10 },
    /** One answer a pair, in their order. */
    significance: {
      params: z.object({ measure: z.enum(pairedMeasures), pairs: z.array(z.object({ a: sideSchema, b: sideSchema })).max(1000) }),
      result: z.array(significanceSchema),
      progress: z.object({ done: z.number(), total: z.number() }),
      patience: "unlimited",
    },
    copy: { params: z.object({ text: z.string() }), result: done, patience: 10 },
  },
  notices: {},
} as const satisfies Contract;
export type CompareHostContract = typeof compareHostContract;

export const comparePageContract = {
  calls: {},
  notices: {
    /** The comparison: its runs' paths, and in the same order those that have been read. At each change of any. */
    runs: z.object({ paths: z.array(z.string()), runs: z.array(comparedRunSchema) }),
    /** The curves of one run: soon after `ready`, and as they grow. */
    curves: runCurvesSchema,
    baseline: z.object({ run: z.string().nullable() }),
  },
} as const satisfies Contract;
export type ComparePageContract = typeof comparePageContract;
