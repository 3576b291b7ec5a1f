import { z } from "zod";

/** Milliseconds between two heartbeats of the backend process; three missed ones in a row count as a hang. */
export const heartbeatMilliseconds = 1000;
export const missedHeartbeats = 3;

export const backendSettingsSchema = z.object({
  /** Runs that train at the same time; the others wait in the queue. */
  runsAtOnce: z.int().min(1).max(16),
  /** What becomes of running jobs when the window closes: "stop" leaves a checkpoint, "continue" trains on in the background. */
  whenWindowCloses: z.enum(["stop", "continue"]),
  /** Cache folder for backbones and encoded texts; the platform's when absent. */
  cache: z.string().optional(),
  /** Folder of this window's workspace state: where a backend process that goes on leaves its address for the next window. */
  stateFolder: z.string(),
});
export type BackendSettings = z.infer<typeof backendSettingsSchema>;

export const heartbeatSchema = z.object({
  /** Resident memory of the backend process, megabytes. */
  memoryMB: z.number(),
  /** Jobs under way. */
  jobs: z.int(),
});
export const logLineSchema = z.object({ level: z.enum(["debug", "info", "warning", "error"]), text: z.string() });

export const lifecycleCalls = {
  /** The first call. */
  hello: {
    params: z.object({ protocol: z.int(), settings: backendSettingsSchema }),
    result: z.object({ protocol: z.int(), pid: z.int(), programVersion: z.string(), onnxruntimeVersion: z.string() }),
    patience: 30,
  },
  configure: { params: backendSettingsSchema, result: z.object({}), patience: 10 },
  /** Stops every job with a checkpoint, then the process ends by itself. */
  shutdown: { params: z.object({}), result: z.object({}), patience: 5 },
} as const;
