import { stat } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";

/** Asks before a file that is there is replaced. @returns whether it is to be; undefined where the person says no. */
export async function mayReplace(file: string): Promise<boolean | undefined> {
  const there = await stat(file).then(
    () => true,
    () => false,
  );
  if (!there) return false;
  const replace = vscode.l10n.t("Replace");
  const question = vscode.l10n.t("There is a file {0} already. Replace it?", path.basename(file));
  const choice = await vscode.window.showWarningMessage(question, { modal: true, detail: vscode.l10n.t("What it holds is lost.") }, replace);
  return choice === replace ? true : undefined;
}
