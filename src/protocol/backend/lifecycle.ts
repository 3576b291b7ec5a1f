import { z } from "zod";

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

/** Whose process speaks. The start tells apart two processes that had the same number. */
export const processSchema = z.object({ pid: z.int().min(1), started: z.string().nullable() });

export const heartbeatSchema = z.object({
  /** Resident memory of the backend process, megabytes. */
  memoryMB: z.number(),
  /** Jobs under way. */
  jobs: z.int(),
});
export const logLineSchema = z.object({ level: z.enum(["debug", "info", "warning", "error"]), text: z.string() });

export const lifecycleCalls = {
  /** The first call; the token is the one of the address file (background-address.ts). Refused with kind "busy" where another window has the process. */
  hello: {
    params: z.object({ protocol: z.int(), settings: backendSettingsSchema, host: processSchema, token: z.string().max(200).optional() }),
    result: z.object({ protocol: z.int(), pid: z.int(), started: z.string().nullable(), programVersion: z.string(), onnxruntimeVersion: z.string() }),
    // The supervisor gives up on a process that starts too slowly before that (src/supervisor/time-outs.ts).
    patience: 60,
  },
  configure: { params: backendSettingsSchema, result: z.object({}), patience: 10 },
  /** Stops every job with a checkpoint, then the process ends by itself. */
  shutdown: { params: z.object({}), result: z.object({}), patience: 5 },
} as const;
