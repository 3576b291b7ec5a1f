import type * as vscode from "vscode";
import type { BackendContract } from "../protocol/backend/contract.js";
import type { JobSource, JobStatus } from "../protocol/backend/jobs.js";
import type { CallName, ParamsGiven, ProgressOf, Result } from "../protocol/contract.js";
import type { CallOptions } from "../protocol/peer.js";
import type { RunEntry } from "../runs/run-entry.js";
import type { HostSettings } from "./settings.js";

/** The backend process, as features see it. It is started by the first call. */
export interface Backend {
  /** @throws PromptTuningError (see Peer.call); kind "usage" in a workspace that is not trusted. */
  call<Name extends CallName<BackendContract>>(name: Name, params: ParamsGiven<BackendContract, Name>, options?: CallOptions<ProgressOf<BackendContract, Name>>): Promise<Result<BackendContract, Name>>;
  /** "off": not needed yet. "failed": it ended more often than it is restarted. */
  readonly state: "off" | "starting" | "ready" | "restarting" | "failed";
  readonly onDidChangeState: vscode.Event<Backend["state"]>;
  /** Resident memory by the last heartbeat; undefined while it is off. */
  readonly memoryMB: number | undefined;
  readonly pid: number | undefined;
}

/** The jobs of the backend process: what was asked for in this window (or goes on from an earlier one). */
export interface Jobs {
  readonly all: readonly JobStatus[];
  readonly onDidChange: vscode.Event<JobStatus>;
  /** Asks for a run. Resolves when it is in the queue. */
  start(source: JobSource, runsRoot: string): Promise<JobStatus>;
  stop(job: string): Promise<void>;
  pause(job: string): Promise<void>;
  continue(job: string): Promise<void>;
  /** The job that works on a run now. */
  ofRun(runFolder: string): JobStatus | undefined;
}

/** Every run of the workspace (and of the sample, where no folder is open), whoever started it. */
export interface Runs {
  /** Newest first. Empty until the first `load`. */
  readonly all: readonly RunEntry[];
  readonly onDidChange: vscode.Event<void>;
  /** Reads the folders (once; later calls only wait for the first). */
  load(): Promise<void>;
  /** Resolves when the newest runs are known; the others follow as a change. */
  loadNewest(): Promise<void>;
  /** By the folder's path. */
  find(runFolder: string): RunEntry | undefined;
  /** Looks again at one run, or at all. */
  refresh(runFolder?: string): Promise<void>;
  /** `.ptune/runs` of each workspace folder, and the sample's. */
  readonly roots: readonly string[];
  /** Where a run of this experiment file is kept. */
  rootFor(experimentFile: string): string;
}

/** Runs a person marked for comparison: one pinned baseline a workspace. */
export interface PinnedBaseline {
  readonly run: string | undefined;
  readonly onDidChange: vscode.Event<void>;
  set(runFolder: string | undefined): Promise<void>;
}

/** What every feature of the extension is given. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly settings: HostSettings;
  readonly backend: Backend;
  readonly jobs: Jobs;
  readonly runs: Runs;
  readonly baseline: PinnedBaseline;
}
