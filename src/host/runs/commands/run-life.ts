import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../../common/errors.js";
import type { JobStatus } from "../../../protocol/backend/jobs.js";
import type { RunEntry } from "../../../runs/run-entry.js";
import type { Services } from "../../services.js";
import { pickRuns, type PickRuns } from "../pick-run.js";
import { isActive, isPaused, isResumable } from "../run-entries.js";
import { activityText } from "../row-text.js";
import { currentSpeech } from "../speech.js";
import { heldByAnother, refuseUntrusted } from "./refuse.js";
import { startRuns } from "./start-runs.js";

/** Stops runs with a checkpoint, and takes jobs without a folder out of the queue. What is stopped can be resumed. */
export async function stopRun(services: Services, args: readonly unknown[]): Promise<void> {
  const { jobs } = services;
  const rows = (Array.isArray(args[1]) && args[1].length > 0 ? args[1] : [args[0]]).flatMap((row) => jobOfRow(row) ?? []);
  for (const job of rows) await jobs.stop(job);
  if (rows.length > 0 && !hasRunRow(args)) return;
  const waiting = args[0] === undefined ? jobs.all.filter(({ state, run }) => state !== "finished" && run === null) : [];
  if (waiting.length > 0) return stopOneOf(services, waiting);
  const question = { title: vscode.l10n.t("Stop which runs?"), none: vscode.l10n.t("No run is under way."), many: true };
  for (const entry of await underWay(services, args, { ...question, suits: ({ active, path }) => active || jobs.ofRun(path) !== undefined })) {
    await jobs.stop(await ownJob(services, entry));
    vscode.window.setStatusBarMessage(vscode.l10n.t("$(debug-stop) {0} stops after the step under way; a checkpoint is kept.", entry.experimentName), 5000);
  }
}

export async function pauseRun(services: Services, args: readonly unknown[]): Promise<void> {
  const question = { title: vscode.l10n.t("Pause which runs?"), none: vscode.l10n.t("No run is training."), many: true };
  for (const entry of await underWay(services, args, { ...question, suits: ({ active, state }) => active && state === "running" })) await services.jobs.pause(await ownJob(services, entry));
}

export async function continueRun(services: Services, args: readonly unknown[]): Promise<void> {
  const question = { title: vscode.l10n.t("Continue which runs?"), none: vscode.l10n.t("No run is paused."), many: true };
  for (const entry of await underWay(services, args, { ...question, suits: isPaused })) await services.jobs.continue(await ownJob(services, entry));
}

/** Goes on with stopped, interrupted and failed runs, from their last checkpoints. */
export async function resumeRun(services: Services, args: readonly unknown[]): Promise<readonly JobStatus[]> {
  refuseUntrusted();
  const suits = (entry: RunEntry): boolean => isResumable(entry) && services.jobs.ofRun(entry.path) === undefined;
  const entries = await pickRuns(services, args, { title: vscode.l10n.t("Resume which runs?"), none: vscode.l10n.t("No run here can be resumed: it is under way, or finished."), many: true, suits });
  if (entries.length === 0) return [];
  return startRuns(services, entries.map(({ path: run }) => ({ source: { type: "resume", run }, runsRoot: path.dirname(run) })));
}

/** The only run that can be meant needs no question. */
async function underWay(services: Services, args: readonly unknown[], question: PickRuns): Promise<RunEntry[]> {
  await services.runs.load();
  const candidates = services.runs.all.filter(question.suits);
  return args[0] === undefined && candidates.length === 1 ? candidates : pickRuns(services, args, question);
}

async function stopOneOf({ jobs, runs }: Services, waiting: readonly JobStatus[]): Promise<void> {
  const speech = currentSpeech();
  await runs.load();
  const items = [
    ...waiting.map((status) => ({ label: status.title, description: activityText(speech, status), job: status.job })),
    ...runs.all.filter(isActive).flatMap((entry) => {
      const job = jobs.ofRun(entry.path)?.job;
      return job === undefined ? [] : [{ label: entry.name, description: "", job }];
    }),
  ];
  const picked = items.length === 1 ? items : await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Stop which runs?"), canPickMany: true, ignoreFocusOut: true });
  for (const { job } of picked ?? []) await jobs.stop(job);
}

async function ownJob({ jobs }: Services, { path: run, name }: RunEntry): Promise<string> {
  const job = jobs.ofRun(run);
  if (job) return job.job;
  const error = await heldByAnother(run);
  throw error.reason === undefined ? new PromptTuningError("run", vscode.l10n.t("The run {0} is not under way any more.", name)) : error;
}

function jobOfRow(row: unknown): string | undefined {
  return typeof row === "object" && row !== null && "kind" in row && row.kind === "job" && "job" in row && typeof row.job === "string" ? row.job : undefined;
}

const hasRunRow = ([first, selection]: readonly unknown[]): boolean => (Array.isArray(selection) && selection.length > 0 ? selection : [first]).some((row) => jobOfRow(row) === undefined);
