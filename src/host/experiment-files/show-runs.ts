import * as vscode from "vscode";
import { ageText, metricText, stateText } from "../runs/words.js";
import type { Services } from "../services.js";
import { runsOf } from "./code-lenses.js";

/** Opens the run of an experiment; of several the person picks, or all are compared. */
export async function showRuns(services: Services, document: vscode.TextDocument): Promise<void> {
  const runs = await runsOf(services, document);
  if (runs.length <= 1) return void (runs[0] && (await vscode.commands.executeCommand("promptTuning.openRun", runs[0].path)));
  const speech = { l10n: vscode.l10n, language: vscode.env.language, now: Date.now() };
  const finished = runs.filter(({ state }) => state === "succeeded");
  const rows = runs.map((run) => ({ kind: "run" as const, path: run.path }));
  const items = [
    ...(finished.length > 1 ? [{ label: `$(git-compare) ${vscode.l10n.t("Compare all {0}", runs.length)}`, path: undefined }, { label: "", kind: vscode.QuickPickItemKind.Separator, path: undefined }] : []),
    ...runs.map((run) => ({
      label: run.name,
      description: [stateText(speech, run.state), run.metric && metricText(speech, run.metric), ageText(speech, run.created)].filter((part) => part).join(" · "),
      path: run.path,
    })),
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Runs of {0}", runs[0].experimentName), matchOnDescription: true });
  if (!picked) return;
  if (picked.path === undefined) await vscode.commands.executeCommand("promptTuning.compareRuns", rows[0], rows);
  else await vscode.commands.executeCommand("promptTuning.openRun", picked.path);
}
