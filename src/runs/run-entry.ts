import { z } from "zod";
import { runStateSchema } from "./events.js";

/** A run as lists show it: read from the ends of its files, without its whole journal. */
export const runEntrySchema = z.object({
  /** Absolute path of the run's folder. */
  path: z.string(),
  name: z.string(),
  /** Six hexadecimal digits, or the whole name where the folder was renamed. */
  id: z.string(),
  /** The folder that holds the runs. */
  root: z.string(),
  experimentName: z.string(),
  seed: z.number().nullable(),
  /** Which settings it was made with, beside its name and seed: runs of equal ones differ by chance only. Null where they cannot be read. */
  settings: z.string().nullable(),
  /** ISO 8601. */
  created: z.string().nullable(),
  /** "interrupted": it was under way, but its process is gone; it can be resumed. */
  state: z.enum([...runStateSchema.options, "interrupted"]),
  /** Whether a living process holds it. */
  active: z.boolean(),
  /** Why it failed. */
  reason: z.string().optional(),
  step: z.number(),
  steps: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** Seconds it took in all, once it has a result. */
  seconds: z.number().nullable(),
  /** The result on the test rows, or the best evaluation so far. */
  metric: z.object({ name: z.string(), value: z.number(), split: z.enum(["validation", "test"]) }).nullable(),
  /** Whether there is an adapter, or at least a checkpoint, to inspect, try and export. */
  learned: z.enum(["nothing", "checkpoint", "adapter"]),
  /** What cannot be read, one sentence each. */
  damage: z.array(z.string()),
});
export type RunEntry = z.infer<typeof runEntrySchema>;
