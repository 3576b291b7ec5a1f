import type { Contract } from "../contract.js";
import { backboneCalls } from "./backbones.js";
import { datasetCalls } from "./datasets.js";
import { datasetShapingCalls } from "./dataset-shaping.js";
import { experimentCalls } from "./experiments.js";
import { inspectionCalls } from "./inspection.js";
import { jobCalls, jobStatusSchema } from "./jobs.js";
import { heartbeatSchema, lifecycleCalls, logLineSchema } from "./lifecycle.js";
import { playgroundCalls } from "./playground.js";
import { transferCalls } from "./transfer.js";

/** Both sides say it in their first call; sides of different numbers do not talk to each other. */
export const protocolVersion = 1;

/** What the backend process answers. */
export const backendContract = {
  calls: { ...lifecycleCalls, ...jobCalls, ...backboneCalls, ...datasetCalls, ...datasetShapingCalls, ...experimentCalls, ...inspectionCalls, ...playgroundCalls, ...transferCalls },
  notices: {},
} as const satisfies Contract;
export type BackendContract = typeof backendContract;

/** What the extension host listens to. It answers no calls of the backend process. */
export const hostContract = {
  calls: {},
  notices: {
    /** A job's state, at every change of state and at most ten times a second while it makes progress. */
    job: jobStatusSchema,
    heartbeat: heartbeatSchema,
    log: logLineSchema,
  },
} as const satisfies Contract;
export type HostContract = typeof hostContract;
