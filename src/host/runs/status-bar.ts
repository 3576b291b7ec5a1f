import * as vscode from "vscode";
import type { Services } from "../services.js";
import { coalesce } from "./coalesce.js";
import { currentSpeech } from "./speech.js";
import { statusText } from "./status-text.js";

const failureMilliseconds = 8000;
const command = "promptTuning.openRunUnderWay";

/** One item while something runs; for some seconds after a failure it says so. */
export function createStatusBar({ runs, jobs }: Services): vscode.Disposable {
  let item: vscode.StatusBarItem | undefined;
  let failed: NodeJS.Timeout | undefined;
  /** The run a failure is about. */
  let failedRun: string | null = null;
  const draw = coalesce(250, () => {
    const status = statusText(currentSpeech(), jobs.all, runs.all);
    if (!status && !failed) return item?.hide();
    // Made when it is first needed: most windows never train.
    item ??= vscode.window.createStatusBarItem("promptTuning.status", vscode.StatusBarAlignment.Left, 10);
    item.name = vscode.l10n.t("Prompt Tuning");
    item.command = command;
    item.backgroundColor = failed ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    item.text = failed ? vscode.l10n.t("$(error) Run failed") : status!.text;
    item.tooltip = failed ? vscode.l10n.t("Click to see why.") : status!.tooltip;
    item.accessibilityInformation = { label: failed ? vscode.l10n.t("A prompt tuning run failed") : status!.spoken };
    item.show();
  });
  const fail = (run: string | null): void => {
    clearTimeout(failed);
    failedRun = run;
    failed = setTimeout(() => {
      failed = undefined;
      draw();
    }, failureMilliseconds);
    draw();
  };
  const open = vscode.commands.registerCommand(command, async () => {
    if (failed) return failedRun === null ? vscode.commands.executeCommand("promptTuning.showLog") : vscode.commands.executeCommand("promptTuning.openRun", failedRun);
    const paths = statusText(currentSpeech(), jobs.all, runs.all)?.runs ?? [];
    if (paths.length === 0) return vscode.commands.executeCommand("promptTuning.runs.focus");
    await runs.load();
    const items = paths.map((path) => ({ label: runs.find(path)?.name ?? path, path }));
    const picked = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Open a run that is under way") });
    return picked && vscode.commands.executeCommand("promptTuning.openRun", picked.path);
  });
  const reported = new Set<string>();
  return vscode.Disposable.from(
    runs.onDidChange(draw),
    jobs.onDidChange(({ job, state, outcome, run }) => {
      if (state === "finished" && outcome?.status === "failed" && !reported.has(job)) {
        reported.add(job);
        fail(run);
      } else draw();
    }),
    open,
    new vscode.Disposable(() => {
      clearTimeout(failed);
      draw.dispose();
      item?.dispose();
    }),
  );
}
