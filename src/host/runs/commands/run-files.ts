import * as vscode from "vscode";
import type { Services } from "../../services.js";
import { pickRuns } from "../pick-run.js";

/** Shows the folder of a run (or of an imported prompt: its row is of another kind) among the system's files. */
export async function revealFiles(services: Services, args: readonly unknown[]): Promise<void> {
  const folder = promptOf(args[0]) ?? (await pickRuns(services, args, { title: vscode.l10n.t("Show which run's files?"), none: vscode.l10n.t("There is no run."), suits: () => true }))[0]?.path;
  if (folder === undefined) return;
  const uri = vscode.Uri.file(folder);
  // In a browser, and on another machine, there is no file manager to open.
  const elsewhere = vscode.env.uiKind === vscode.UIKind.Web || vscode.env.remoteName !== undefined;
  if (!elsewhere) return void (await vscode.commands.executeCommand("revealFileInOS", uri));
  if (vscode.workspace.getWorkspaceFolder(uri)) return void (await vscode.commands.executeCommand("revealInExplorer", uri));
  // Outside of the workspace the explorer has nothing to show; a terminal has.
  vscode.window.createTerminal({ cwd: uri }).show();
}

function promptOf(row: unknown): string | undefined {
  return typeof row === "object" && row !== null && "kind" in row && row.kind === "prompt" && "path" in row && typeof row.path === "string" ? row.path : undefined;
}
