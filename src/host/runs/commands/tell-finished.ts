import * as vscode from "vscode";
import type { JobStatus } from "../../../protocol/backend/jobs.js";
import type { Services } from "../../services.js";
import { showError } from "../../show-error.js";
import { batchText, finishText } from "../finish-text.js";
import { currentSpeech } from "../speech.js";

/** Says how runs ended: of one, what was learned beside the baselines; of several, their mean. What the person stopped needs no words. */
export async function tellFinished(services: Services, ends: readonly JobStatus[]): Promise<void> {
  const failed = ends.filter(({ outcome }) => outcome?.status === "failed");
  const succeeded = ends.flatMap(({ outcome, run }) => (outcome?.status === "succeeded" && run !== null ? [run] : []));
  for (const run of ends.flatMap(({ run }) => run ?? [])) await services.runs.refresh(run);
  if (ends.length > 1 && succeeded.length > 1) return tellBatch(services, ends[0].title, succeeded, failed.length);
  for (const status of failed) void tellFailed(services, status);
  for (const run of succeeded) await tellSucceeded(services, run);
}

async function tellSucceeded(services: Services, run: string): Promise<void> {
  const entry = services.runs.find(run);
  if (!entry) return;
  const [{ summarizeRun }, { nodeFileSystem }, { RunFolder }] = await Promise.all([import("../../../runs/run-summary.js"), import("../../../runs/file-system.js"), import("../../../runs/run-folder.js")]);
  const { history } = await summarizeRun(nodeFileSystem, new RunFolder(run));
  const text = finishText(currentSpeech(), entry.experimentName, entry.metric?.name ?? "accuracy", history.result ?? { test: null, baselines: {} });
  const tryIt = vscode.l10n.t("Try It");
  const nearest = vscode.l10n.t("Nearest Tokens");
  const picked = await vscode.window.showInformationMessage(text, tryIt, nearest);
  if (picked === tryIt) await vscode.commands.executeCommand("promptTuning.tryPrompt", run);
  if (picked === nearest) await vscode.commands.executeCommand("promptTuning.inspectPrompt", run);
}

async function tellBatch({ runs }: Services, title: string, succeeded: readonly string[], failed: number): Promise<void> {
  const entries = succeeded.flatMap((run) => runs.find(run) ?? []);
  const compare = vscode.l10n.t("Compare");
  const text = batchText(currentSpeech(), title, entries, failed);
  if ((await vscode.window.showInformationMessage(text, compare)) === compare) await vscode.commands.executeCommand("promptTuning.compareRuns", succeeded[0], succeeded);
}

/** An error in the experiment's file is best read there; one of the run, in its view. */
async function tellFailed(services: Services, { outcome, run, title }: JobStatus): Promise<void> {
  if (!outcome?.error) return;
  const { fromErrorData } = await import("../../../protocol/error-data.js");
  const error = fromErrorData(outcome.error);
  if (error.kind === "stopped") return;
  const { file, line, column } = error;
  const openFile = file !== undefined && /\.(json|jsonl|tsv|csv)$/.test(file) ? vscode.l10n.t("Open File") : undefined;
  const openRun = run !== null ? vscode.l10n.t("Open Run") : undefined;
  if (openFile === undefined && openRun === undefined) return showError(services, error);
  services.log.error(`${title}: ${error.describe()}`);
  const showLog = vscode.l10n.t("Show Log");
  // A message about a file names it.
  const text = openFile === undefined ? `${title}: ${error.describe()}` : error.describe();
  const picked = await vscode.window.showErrorMessage(text, ...[openFile, openRun, showLog].filter((button) => button !== undefined));
  if (picked === undefined) return;
  if (picked === showLog) services.log.show();
  else if (picked === openRun) await vscode.commands.executeCommand("promptTuning.openRun", run);
  else if (file !== undefined) {
    const place = new vscode.Position(Math.max(0, (line ?? 1) - 1), Math.max(0, (column ?? 1) - 1));
    await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(place, place) });
  }
}
