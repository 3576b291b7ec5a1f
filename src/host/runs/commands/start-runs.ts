import * as vscode from "vscode";
import type { JobSource, JobStatus } from "../../../protocol/backend/jobs.js";
import type { Services } from "../../services.js";
import { showError } from "../../show-error.js";
import { rememberExperimentFile } from "../experiment-of-run.js";
import { activityText } from "../row-text.js";
import { currentSpeech } from "../speech.js";
import { isFinished, isPrepared, whenJob } from "./job-watch.js";
import { tellFinished } from "./tell-finished.js";
import { refuseUntrusted } from "./refuse.js";

export interface RunRequest {
  readonly source: JobSource;
  readonly runsRoot: string;
  /** The experiment's file, where the run comes from one: a later "Change settings…" puts its copy beside it. */
  readonly experimentFile?: string;
}

/**
 * Asks for runs and sees them through: preparation with progress and a cancel button, the run's view once there is
 * something to see (of several, the first's), a message at the end. Returns when they are in the queue.
 */
export async function startRuns(services: Services, requests: readonly RunRequest[]): Promise<readonly JobStatus[]> {
  refuseUntrusted();
  const started: JobStatus[] = [];
  for (const { source, runsRoot, experimentFile } of requests) {
    const status = await services.jobs.start(source, runsRoot);
    started.push(status);
    if (experimentFile !== undefined) void remember(services, status, experimentFile);
  }
  void seeThrough(services, started).catch((error) => showError(services, error));
  return started;
}

async function remember({ jobs, context }: Services, { job }: JobStatus, experimentFile: string): Promise<void> {
  const { run } = await whenJob(jobs, job, (status) => status.run !== null || isFinished(status));
  if (run !== null) await rememberExperimentFile(context.workspaceState, run, experimentFile);
}

async function seeThrough(services: Services, started: readonly JobStatus[]): Promise<void> {
  const ends = started.map(({ job }) => whenJob(services.jobs, job, isFinished));
  const [first] = started;
  const prepared = await showPreparation(services, first);
  // A run that ended while it was prepared is told below.
  if (prepared.run !== null && !isFinished(prepared)) await vscode.commands.executeCommand("promptTuning.openRun", prepared.run);
  await tellFinished(services, await Promise.all(ends));
}

/** The way to the run's folder can be long: the backbone may have to be fetched. */
async function showPreparation({ jobs, ...services }: Services, { job, title }: JobStatus): Promise<JobStatus> {
  // While others run there is nothing to tell; the Runs view shows that it waits.
  const begun = await whenJob(jobs, job, (status) => status.state !== "queued" || isPrepared(status));
  if (isPrepared(begun)) return begun;
  const options = { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Prompt Tuning: {0}", title), cancellable: true };
  return vscode.window.withProgress(options, (progress, cancelled) => {
    cancelled.onCancellationRequested(() => jobs.stop(job).then(undefined, (error: unknown) => showError(services, error)));
    // A bar goes forward only: it follows the first thing that has a length, the text tells them all.
    let followed: string | undefined;
    let shown = 0;
    return whenJob(jobs, job, (status) => {
      const { activity } = status;
      let increment = 0;
      if (activity?.total && activity.done !== undefined && (followed ??= activity.text) === activity.text) {
        const percent = Math.min(100, (100 * activity.done) / activity.total);
        increment = Math.max(0, percent - shown);
        shown = Math.max(shown, percent);
      }
      progress.report({ message: activityText(currentSpeech(), status), increment });
      return isPrepared(status);
    });
  });
}
