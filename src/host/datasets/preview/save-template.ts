import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../../common/errors.js";
import type { TemplateSetting } from "../../../protocol/backend/template-preview.js";
import { settingEdits } from "../../../experiment/setting-edits.js";

/** Writes template and verbalizer into an experiment as an edit of its document, comments and all: it can be undone, and is saved by the person. */
export async function saveTemplate(file: string, setting: TemplateSetting): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file);
  const edits = settingEdits(document.getText(), setting);
  if (edits.length > 0) {
    const change = new vscode.WorkspaceEdit();
    for (const { offset, length, content } of edits) change.replace(document.uri, new vscode.Range(document.positionAt(offset), document.positionAt(offset + length)), content);
    if (!(await vscode.workspace.applyEdit(change))) throw new PromptTuningError("storage", vscode.l10n.t("{0} cannot be edited.", path.basename(file)), { advice: vscode.l10n.t("Check whether it is read-only.") });
  }
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: false });
}
