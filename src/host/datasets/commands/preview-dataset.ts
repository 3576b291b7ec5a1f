import * as vscode from "vscode";
import type { DatasetTab } from "../../../protocol/webview/dataset-view.js";
import type { Services } from "../../services.js";
import { pickDataset } from "../pick-dataset.js";
import { openPreview } from "../preview/open-preview.js";

/** Opens a data set in its editor, on the tab that the command is about. */
export async function previewDataset(services: Services, args: readonly unknown[], tab?: DatasetTab): Promise<void> {
  const file = await pickDataset(services, args, vscode.l10n.t("Preview Data Set"));
  if (file !== undefined) await openPreview(file, tab);
}

/** Opens the description itself. */
export async function openAsText(services: Services, args: readonly unknown[]): Promise<void> {
  const file = await pickDataset(services, args, vscode.l10n.t("Open the Description of a Data Set"));
  if (file !== undefined) await vscode.commands.executeCommand("vscode.openWith", vscode.Uri.file(file), "default");
}
