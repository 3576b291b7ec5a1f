import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import type { RunAction } from "../../protocol/webview/run-view.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { Services } from "../services.js";

/** Carries out what the person pressed on the run's page, by the command that does it everywhere else; errors reach the person there. */
export async function act({ baseline }: Services, folder: RunFolder, action: RunAction): Promise<void> {
  if (action === "showLog") return void (await vscode.commands.executeCommand("promptTuning.showLog"));
  if (action !== "compareWithBaseline") return void (await vscode.commands.executeCommand(`promptTuning.${action}`, folder.path));
  const pinned = baseline.run;
  if (pinned === undefined || pinned === folder.path) throw new PromptTuningError("usage", vscode.l10n.t("No other run is pinned as baseline."), { advice: vscode.l10n.t("Pin one in the Runs view.") });
  await vscode.commands.executeCommand("promptTuning.compareRuns", folder.path, [folder.path, pinned]);
}
