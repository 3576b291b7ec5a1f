import * as vscode from "vscode";
import type { DatasetTab } from "../../../protocol/webview/dataset-view.js";
import { askForTab } from "./asked-tabs.js";
import { datasetEditor } from "./register.js";

/** Opens a data set in its editor, on a tab where one is asked for. */
export async function openPreview(file: string, tab?: DatasetTab): Promise<void> {
  if (tab) askForTab(file, tab);
  await vscode.commands.executeCommand("vscode.openWith", vscode.Uri.file(file), datasetEditor);
}
