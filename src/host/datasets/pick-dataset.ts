import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import { isDescription } from "../../data/description/ending.js";
import { type DescribedData, findDescribedData, nameOf } from "./described-data.js";
import { experimentsOf, namedByExperiments } from "./experiments-of-data.js";
import type { Services } from "../services.js";
import type { DatasetsRow } from "./tree/dataset-rows.js";

/** The description a command is about: of the row or the file it was called on, of the editor in front, or one the person picks. Undefined: none picked. */
export async function pickDataset(services: Services, [first]: readonly unknown[], title: string): Promise<string | undefined> {
  const given = fileOf(first) ?? (first === undefined ? activeDescription() : undefined);
  if (given !== undefined) return given;
  const named = (await namedByExperiments(services)).flatMap(({ data }) => data.description ?? []);
  const found = await findDescribedData(services, named);
  if (found.length === 0) throw new PromptTuningError("usage", vscode.l10n.t("There is no data set in this workspace yet."), { advice: vscode.l10n.t("Add one with Prompt Tuning: Add Data Set….") });
  const items = await Promise.all(found.map((data) => itemOf(services, data)));
  return items.length === 1 ? items[0].file : (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.file;
}

async function itemOf(services: Services, data: DescribedData): Promise<vscode.QuickPickItem & { readonly file: string }> {
  const used = await experimentsOf(services, data.file);
  return { file: data.file, label: nameOf(data), description: vscode.workspace.asRelativePath(data.file), detail: data.problem ?? (used.length > 0 ? vscode.l10n.t("Used by {0} experiments", used.length) : undefined), iconPath: new vscode.ThemeIcon("database") };
}

function fileOf(argument: unknown): string | undefined {
  if (argument instanceof vscode.Uri) return isDescription(argument.fsPath) ? argument.fsPath : undefined;
  const row = argument as DatasetsRow | undefined;
  return row?.kind === "described" ? row.data.file : row?.kind === "split" ? row.parent.file : undefined;
}

function activeDescription(): string | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
  return uri?.scheme === "file" && isDescription(uri.fsPath) ? uri.fsPath : undefined;
}
