import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../../common/errors.js";
import { descriptionEnding, isDescription } from "../../../data/description/ending.js";
import type { LookedAt, Roles, SourceToAdd } from "../../../protocol/backend/dataset-shaping.js";
import type { Services } from "../../services.js";
import { openPreview } from "../preview/open-preview.js";
import { withDataProgress } from "../with-progress.js";
import { askRoles } from "./ask-roles.js";
import { chooseColumns } from "./choose-columns.js";
import { chooseSource } from "./choose-source.js";
import { mayReplace } from "./may-replace.js";

/** Asks for data, what its columns are for and a name, writes the description and shows the rows. The data stay where they are. */
export async function addDataset(services: Services, [first]: readonly unknown[]): Promise<void> {
  const chosen = first instanceof vscode.Uri && !isDescription(first.fsPath) ? { type: "names" as const, names: [first.fsPath] } : await chooseSource();
  if (!chosen) return;
  const asked = chosen.type === "names" ? await lookAt(services, chosen.names) : { source: chosen, roles: null, suggestion: chosen.type === "hub" ? chosen.repo.split("/")[1] : chosen.sample, folder: workspaceFolder() };
  if (!asked) return;
  if (asked.folder === undefined) throw new PromptTuningError("usage", vscode.l10n.t("No folder is open in which the description could stand."), { advice: vscode.l10n.t("Open a folder first.") });
  const name = await askName(asked.suggestion);
  if (name === undefined) return;
  const target = path.join(asked.folder, `${fileName(name)}${descriptionEnding}`);
  const overwrite = await mayReplace(target);
  if (overwrite === undefined) return;
  const { source, roles } = asked;
  const added = await withDataProgress(vscode.l10n.t("Adding {0}", name), (options) => services.backend.call("datasets/add", { name, source, roles, target, overwrite }, options));
  const uri = vscode.Uri.file(target);
  // What the hub's columns are is only known now.
  if (source.type === "hub") await chooseColumns(services, [uri]);
  await openPreview(target);
  void tellAdded(name, uri, added, source.type === "files" && source.files.length === 1);
}

interface Asked {
  readonly source: SourceToAdd;
  readonly roles: Roles | null;
  readonly suggestion: string;
  readonly folder: string | undefined;
}

async function lookAt({ backend }: Services, names: readonly string[]): Promise<Asked | undefined> {
  const shown = path.basename(names[0]);
  const looked = await withDataProgress(vscode.l10n.t("Looking at {0}", shown), (options) => backend.call("datasets/look", { names: [...names] }, options));
  const roles = await askRoles(vscode.l10n.t("Add Data Set: {0}", shown), columnsOf(looked));
  return roles && { source: { type: "files", files: looked.files.map(({ path: file, split }) => ({ path: file, split })) }, roles, suggestion: suggestionOf(looked), folder: folderOf(looked.files[0].path) };
}

async function tellAdded(name: string, uri: vscode.Uri, { rows, notices }: { readonly rows: number; readonly notices: readonly string[] }, isOneFile: boolean): Promise<void> {
  const told = [rows === 1 ? vscode.l10n.t("{0} is added: 1 row.", name) : vscode.l10n.t("{0} is added: {1} rows.", name, rows.toLocaleString(vscode.env.language)), ...notices].join(" ");
  const newExperiment = vscode.l10n.t("New Experiment…");
  const split = vscode.l10n.t("Split…");
  const choice = await vscode.window.showInformationMessage(told, ...(isOneFile ? [split] : []), newExperiment);
  if (choice === split) await vscode.commands.executeCommand("promptTuning.splitDataset", uri);
  if (choice === newExperiment) await vscode.commands.executeCommand("promptTuning.newExperimentFromDataset", uri);
}

function columnsOf({ columns, rows }: LookedAt): Parameters<typeof askRoles>[1] {
  return columns.map(({ name, role }, at) => ({ name, role, example: rows[0]?.[at]?.text ?? "" }));
}

/** Beside the data where they are in the workspace, else in the workspace: nothing is written into other people's folders. */
function folderOf(file: string): string {
  const beside = path.dirname(file);
  const inside = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
  return inside ? beside : (workspaceFolder() ?? beside);
}

const workspaceFolder = (): string | undefined => vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file")?.uri.fsPath;

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
