import path from "node:path";
import * as vscode from "vscode";
import { descriptionEnding } from "../../../data/description/ending.js";
import type { LookedAt } from "../../../protocol/backend/dataset-shaping.js";
import type { Services } from "../../services.js";
import { openPreview } from "../preview/open-preview.js";
import { withDataProgress } from "../with-progress.js";
import { askRoles } from "./ask-roles.js";
import { chooseSource } from "./choose-source.js";
import { mayReplace } from "./may-replace.js";

/** Asks for data, what its columns are for and a name, writes the description and shows the rows. The data stay where they are. */
export async function addDataset({ backend }: Services, [first]: readonly unknown[]): Promise<void> {
  const names = first instanceof vscode.Uri && !first.fsPath.endsWith(descriptionEnding) ? [first.fsPath] : await chooseSource();
  if (!names) return;
  const looked = await withDataProgress(vscode.l10n.t("Looking at {0}", path.basename(names[0])), (options) => backend.call("datasets/look", { names: [...names] }, options));
  const roles = await askRoles(vscode.l10n.t("Add Data Set: {0}", path.basename(names[0])), columnsOf(looked));
  if (!roles) return;
  const folder = folderOf(looked.files[0].path);
  const name = await askName(suggestionOf(looked));
  if (name === undefined) return;
  const target = path.join(folder, `${fileName(name)}${descriptionEnding}`);
  const overwrite = await mayReplace(target);
  if (overwrite === undefined) return;
  const files = looked.files.map(({ path: file, split }) => ({ path: file, split }));
  const { rows, notices } = await withDataProgress(vscode.l10n.t("Adding {0}", name), (options) => backend.call("datasets/add", { name, files, roles, target, overwrite }, options));
  await openPreview(target);
  const told = [rows === 1 ? vscode.l10n.t("{0} is added: 1 row.", name) : vscode.l10n.t("{0} is added: {1} rows.", name, rows.toLocaleString(vscode.env.language)), ...notices].join(" ");
  const newExperiment = vscode.l10n.t("New Experiment…");
  const split = vscode.l10n.t("Split…");
  const choice = await vscode.window.showInformationMessage(told, ...(looked.files.length === 1 ? [split] : []), newExperiment);
  if (choice === split) await vscode.commands.executeCommand("promptTuning.splitDataset", vscode.Uri.file(target));
  if (choice === newExperiment) await vscode.commands.executeCommand("promptTuning.newExperimentFromDataset", vscode.Uri.file(target));
}

function columnsOf({ columns, rows }: LookedAt): Parameters<typeof askRoles>[1] {
  return columns.map(({ name, role }, at) => ({ name, role, example: rows[0]?.[at]?.text ?? "" }));
}

/** Beside the data where they are in the workspace, else in the workspace: nothing is written into other people's folders. */
function folderOf(file: string): string {
  const beside = path.dirname(file);
  const inside = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
  return inside ? beside : (vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file")?.uri.fsPath ?? beside);
}

/** The file's name without its ending; of several files their folder's. */
function suggestionOf({ files }: LookedAt): string {
  return files.length === 1 ? path.basename(files[0].path, path.extname(files[0].path)) : path.basename(path.dirname(files[0].path));
}

async function askName(suggestion: string): Promise<string | undefined> {
  return (
    await vscode.window.showInputBox({
      title: vscode.l10n.t("Name of the Data Set"),
      prompt: vscode.l10n.t("It names the description that is written; the data stay as they are."),
      value: suggestion,
      ignoreFocusOut: true,
      validateInput: (name) => (name.trim() === "" || name.length > 100 ? vscode.l10n.t("1 to 100 characters.") : undefined),
    })
  )?.trim();
}

function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+/, "") || "dataset";
}
