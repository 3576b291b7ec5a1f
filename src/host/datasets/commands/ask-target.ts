import path from "node:path";
import * as vscode from "vscode";
import { exportFormats } from "../../../data/export/row-writers.js";
import { mayReplace } from "./may-replace.js";

export interface AskedTarget {
  readonly target: string;
  readonly overwrite: boolean;
}

/** Asks where rows are written; the dialog has asked before a file is replaced. Undefined: left. */
export async function askTarget(title: string, beside: string, name: string): Promise<AskedTarget | undefined> {
  const chosen = await vscode.window.showSaveDialog({ title, saveLabel: vscode.l10n.t("Write"), defaultUri: vscode.Uri.file(path.join(path.dirname(beside), `${name}.csv`)), filters: { CSV: ["csv"], "JSON Lines": ["jsonl"] } });
  if (!chosen) return undefined;
  const named = exportFormats.some((format) => chosen.fsPath.toLowerCase().endsWith(`.${format}`));
  if (named) return { target: chosen.fsPath, overwrite: true };
  // With its ending it is another file than the one the dialog asked about.
  const target = `${chosen.fsPath}.csv`;
  const overwrite = await mayReplace(target);
  return overwrite === undefined ? undefined : { target, overwrite };
}

/** Says how many rows were written, and offers to go on with them. */
export async function tellWritten(target: string, rows: number, details: string): Promise<void> {
  const add = vscode.l10n.t("Add as Data Set…");
  const text = vscode.l10n.t("{0} rows are in {1}.", rows.toLocaleString(vscode.env.language), vscode.workspace.asRelativePath(target));
  if ((await vscode.window.showInformationMessage([text, details].filter((part) => part).join(" "), add)) === add) await vscode.commands.executeCommand("promptTuning.addDataset", vscode.Uri.file(target));
}
