import { z } from "zod";
import { errorDataSchema } from "../error-data.js";

/** Changes on top of an experiment, merged key by key: { training: { seed: 2 } }. Checked by the experiment's schema afterwards. */
export const overridesSchema = z.record(z.string(), z.unknown());

/** Jobs of one sweep, which have this name in common, train side by side over one copy of the weights. */
const sweepSchema = z.string().optional();

export const jobSourceSchema = z.discriminatedUnion("type", [
  /** Runs an experiment file. */
  z.object({ type: z.literal("experiment"), file: z.string(), overrides: overridesSchema.optional(), sweep: sweepSchema }),
  /** Runs the experiment kept with a run once more, as a new run. */
  z.object({ type: z.literal("rerun"), run: z.string(), overrides: overridesSchema.optional(), sweep: sweepSchema }),
  /** Goes on with a stopped or interrupted run. */
  z.object({ type: z.literal("resume"), run: z.string() }),
]);
export type JobSource = z.infer<typeof jobSourceSchema>;

/** The sweep that a job belongs to. */
export const sweepOf = (source: JobSource): string | undefined => (source.type === "resume" ? undefined : source.sweep);

export const jobStates = ["queued", "preparing", "running", "paused", "stopping", "finished"] as const;

/** What a job is busy with, told apart so that the host can say it in the person's language. */
export const activityKinds = ["starting", "data", "looking-up", "waiting", "downloading", "unpacking", "checking", "backbone", "gradient", "training", "validation", "test", "baseline", "inspection", "faithfulness", "pausing", "stopping", "other"] as const;
export const activitySchema = z.object({
  kind: z.enum(activityKinds),
  /** In English: "downloading smollm2.gguf". */
  text: z.string(),
  /** The file or the baseline it is about. */
  subject: z.string().optional(),
  /** Bytes, or items of the split. */
  done: z.number().optional(),
  total: z.number().optional(),
});
export type Activity = z.infer<typeof activitySchema>;

/** A run being worked on by the backend process, from the moment it is asked for. */
export const jobStatusSchema = z.object({
  job: z.string(),
  source: jobSourceSchema,
  runsRoot: z.string(),
  /** The experiment's name, or the file's before it is read. */
  title: z.string(),
  /** Path of the run's folder, once there is one. Everything about the training itself is in its journal. */
  run: z.string().nullable(),
  state: z.enum(jobStates),
  /** What it is busy with and how far it is. */
  activity: activitySchema.nullable(),
  /** The last step, while it trains. */
  step: z.object({ step: z.int(), steps: z.int(), loss: z.number().nullable(), secondsLeft: z.number().nullable() }).nullable(),
  outcome: z
    .object({ status: z.enum(["succeeded", "stopped", "failed"]), error: errorDataSchema.optional() })
    .nullable(),
});
export type JobStatus = z.infer<typeof jobStatusSchema>;

const jobIdSchema = z.object({ job: z.string() });
const done = z.object({});

export const jobCalls = {
  "jobs/start": { params: z.object({ job: z.string(), source: jobSourceSchema, runsRoot: z.string() }), result: jobStatusSchema, patience: 10 },
  /** Ends after the step under way, with a checkpoint; a queued job leaves the queue. */
  "jobs/stop": { params: jobIdSchema, result: done, patience: 10 },
  "jobs/pause": { params: jobIdSchema, result: done, patience: 10 },
  "jobs/continue": { params: jobIdSchema, result: done, patience: 10 },
  /** All jobs since the process began, in the order they were asked for. */
  "jobs/list": { params: z.object({}), result: z.array(jobStatusSchema), patience: 10 },
} as const;
