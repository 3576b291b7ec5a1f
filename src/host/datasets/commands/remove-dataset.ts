import path from "node:path";
import * as vscode from "vscode";
import type { DataSource } from "../../../data/description/schema.js";
import { experimentsOf } from "../experiments-of-data.js";
import { nameOf, readDescribedData } from "../described-data.js";
import type { Services } from "../../services.js";
import { pickDataset } from "../pick-dataset.js";

/** Removes the description of a data set, after a question; the data themselves only where the person says so, in a second question that names them. */
export async function removeDataset(services: Services, args: readonly unknown[]): Promise<void> {
  const file = await pickDataset(services, args, vscode.l10n.t("Remove Data Set"));
  if (file === undefined) return;
  const data = await readDescribedData(services, file);
  const used = await experimentsOf(services, file);
  const files = filesInWorkspace(data.dataset?.description.source, path.dirname(file));
  const remove = vscode.l10n.t("Remove Description");
  const withData = vscode.l10n.t("Remove Description and Data…");
  const detail = [
    vscode.l10n.t("The description {0} goes to the trash. The data stay where they are.", vscode.workspace.asRelativePath(file)),
    used.length > 0 ? vscode.l10n.t("These experiments name it and will not run without it: {0}", used.map((uri) => vscode.workspace.asRelativePath(uri)).join(", ")) : "",
  ];
  const choice = await vscode.window.showWarningMessage(vscode.l10n.t("Remove the data set {0}?", nameOf(data)), { modal: true, detail: detail.filter((line) => line).join("\n") }, remove, ...(files.length > 0 ? [withData] : []));
  if (choice === undefined) return;
  if (choice === withData && !(await confirmed(files))) return;
  for (const each of choice === withData ? [...files, file] : [file]) if (!(await toTrash(services, each))) return;
}

async function confirmed(files: readonly string[]): Promise<boolean> {
  const trash = vscode.l10n.t("Move Data to Trash");
  const detail = [...files.slice(0, 10).map((file) => vscode.workspace.asRelativePath(file)), ...(files.length > 10 ? ["…"] : [])].join("\n");
  return (await vscode.window.showWarningMessage(files.length === 1 ? vscode.l10n.t("Move this data file to the trash too?") : vscode.l10n.t("Move these {0} data files to the trash too?", files.length), { modal: true, detail }, trash)) === trash;
}

/** Only what lies in the workspace is ever offered: data elsewhere may be somebody else's. */
function filesInWorkspace(source: DataSource | undefined, folder: string): string[] {
  if (source?.type !== "files") return [];
  return source.files.map((file) => path.resolve(folder, file.path)).filter((file) => vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) !== undefined);
}

/** False where there is no trash and the person does not want it deleted for good. */
async function toTrash({ log }: Pick<Services, "log">, file: string): Promise<boolean> {
  const uri = vscode.Uri.file(file);
  try {
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
    return true;
  } catch (error) {
    log.warn(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const forGood = vscode.l10n.t("Delete Permanently");
  const question = vscode.l10n.t("There is no trash for this folder. Delete {0} permanently?", path.basename(file));
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail: vscode.l10n.t("This cannot be undone.") }, forGood)) !== forGood) return false;
  await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: false });
  return true;
}
