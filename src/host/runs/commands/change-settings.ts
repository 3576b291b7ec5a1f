import { existsSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../../common/errors.js";
import type { RunEntry } from "../../../runs/run-entry.js";
import type { Services } from "../../services.js";
import { experimentFileOf } from "../experiment-of-run.js";

/**
 * Opens a copy of a run's experiment as a new, unsaved file beside the one the run came from (where that is not known:
 * in its workspace folder), with its paths corrected for the new place.
 */
export async function changeSettings({ context }: Services, entry: RunEntry): Promise<[]> {
  const folder = folderFor(experimentFileOf(context.workspaceState, entry.path), entry);
  const text = await experimentText(entry, folder);
  const uri = vscode.Uri.file(freeName(folder, entry.experimentName)).with({ scheme: "untitled" });
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  await vscode.languages.setTextDocumentLanguage(document, "jsonc");
  await vscode.window.showTextDocument(document);
  return [];
}

/** The extension's own folder (the sample's) is no place for a person's files, and neither is a folder that is gone. */
function folderFor(original: string | undefined, { root }: RunEntry): string {
  if (original !== undefined && existsSync(path.dirname(original))) return path.dirname(original);
  // <folder>/.ptune/runs
  const workspaceFolder = vscode.workspace.workspaceFolders?.find(({ uri }) => path.join(uri.fsPath, ".ptune", "runs") === root);
  return (workspaceFolder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath ?? root;
}

function freeName(folder: string, name: string): string {
  const candidate = (number: number): string => path.join(folder, `${name}-${number}.ptune.json`);
  const isTaken = (file: string): boolean => existsSync(file) || vscode.workspace.textDocuments.some(({ uri }) => uri.fsPath === file);
  let number = 2;
  while (isTaken(candidate(number))) number++;
  return candidate(number);
}

/** The experiment kept with the run, as the schema knows it, its paths as seen from `folder`. */
async function experimentText({ path: run, root, name }: RunEntry, folder: string): Promise<string> {
  const [{ RunStore }, { RunFolder }, { experimentSchema }, { withPathsRelativeTo }] = await Promise.all([
    import("../../../runs/run-store.js"),
    import("../../../runs/run-folder.js"),
    import("../../../experiment/schema.js"),
    import("../../../experiment/relative-paths.js"),
  ]);
  const parsed = experimentSchema.safeParse(new RunStore(root).readExperiment(new RunFolder(run)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PromptTuningError("run", vscode.l10n.t("The experiment kept with the run {0} cannot be read.", name), {
      reason: vscode.l10n.t('At "{0}": {1}.', issue.path.join("."), issue.message),
      advice: vscode.l10n.t("It was edited, or written by a newer version of this program."),
    });
  }
  return `${JSON.stringify(withPathsRelativeTo(parsed.data, run, folder), null, 2)}\n`;
}
