import * as vscode from "vscode";
import type { RunEntry } from "../../runs/run-entry.js";
import type { Services } from "../services.js";
import { untold, withTold } from "./interrupted-runs.js";
import { leasedRuns } from "./leased-runs.js";

const key = "promptTuning.toldInterrupted";
/** The editor's start comes first; and a killed window's training process needs two seconds to notice. */
const delayMilliseconds = 4000;

/** Once after the start: runs whose process is gone are offered to be resumed, each only once. */
export function watchForInterrupted(services: Services): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer ??= setTimeout(() => void look(services).catch((error: unknown) => services.log.warn(String(error))), delayMilliseconds);
  };
  if (vscode.workspace.isTrusted) begin();
  return vscode.Disposable.from(vscode.workspace.onDidGrantWorkspaceTrust(begin), new vscode.Disposable(() => clearTimeout(timer)));
}

async function look(services: Services): Promise<void> {
  const { context, runs, jobs } = services;
  const leased = await leasedRuns(runs.roots);
  if (leased.length === 0) return;
  // Something is under way or was interrupted: from here on the runs are followed (status bar, badge).
  await runs.load();
  const interrupted = leased.flatMap((path) => runs.find(path) ?? []).filter(({ state, path }) => state === "interrupted" && jobs.ofRun(path) === undefined);
  const told = context.workspaceState.get(key);
  const found = untold(told, interrupted);
  if (found.length === 0) return;
  await context.workspaceState.update(key, withTold(told, found));
  await offer(found);
}

async function offer(found: readonly RunEntry[]): Promise<void> {
  const [{ step, steps, path }] = found;
  const text =
    found.length > 1
      ? vscode.l10n.t("{0} runs were interrupted.", found.length)
      : steps === null
        ? vscode.l10n.t("1 run was interrupted at step {0}.", step)
        : vscode.l10n.t("1 run was interrupted at step {0} of {1}.", step, steps);
  const resume = vscode.l10n.t("Resume");
  const show = vscode.l10n.t("Show");
  const picked = await vscode.window.showInformationMessage(text, resume, show, vscode.l10n.t("Not Now"));
  const paths = found.map((entry) => entry.path);
  if (picked === resume) await vscode.commands.executeCommand("promptTuning.resumeRun", path, paths);
  if (picked === show) await (found.length === 1 ? vscode.commands.executeCommand("promptTuning.openRun", path) : vscode.commands.executeCommand("promptTuning.runs.focus"));
}
