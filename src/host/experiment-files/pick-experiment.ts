import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import { isExperiment } from "./documents.js";

/** The experiment a command is about: the file it was called on, the one in the editor, or one the person picks. Undefined: none picked. */
export async function pickExperiment([first]: readonly unknown[], title: string): Promise<vscode.TextDocument | undefined> {
  if (first instanceof vscode.Uri) return vscode.workspace.openTextDocument(first);
  const active = vscode.window.activeTextEditor?.document;
  if (active && isExperiment(active)) return active;
  const files = await vscode.workspace.findFiles("**/*.ptune.json", "**/node_modules/**", 500);
  if (files.length === 0) throw new PromptTuningError("usage", vscode.l10n.t("There is no experiment file (*.ptune.json) in this workspace."), { advice: vscode.l10n.t("Make one with Prompt Tuning: New Experiment File.") });
  const items = files.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri })).sort((a, b) => a.label.localeCompare(b.label));
  const picked = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title });
  return picked && vscode.workspace.openTextDocument(picked.uri);
}
