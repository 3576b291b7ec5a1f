import * as vscode from "vscode";
import { coalesce } from "../runs/coalesce.js";
import type { Services } from "../services.js";
import { registerDatasetCommands } from "./commands/register.js";
import { registerDatasetEditor } from "./preview/register.js";
import { DatasetsTree } from "./tree/datasets-tree.js";

const changeMilliseconds = 500;

/** Data sets: their view, their editor, and what can be done with them. */
export function registerDatasets(services: Services): vscode.Disposable {
  const tree = new DatasetsTree(services);
  const view = vscode.window.createTreeView("promptTuning.datasets", { treeDataProvider: tree });
  const refresh = coalesce(changeMilliseconds, () => {
    if (view.visible) tree.refresh();
  });
  // Runs write their journals there all the time.
  const changed = ({ path }: vscode.Uri): void => void (path.includes("/.ptune/") || refresh());
  const experiments = vscode.workspace.createFileSystemWatcher("**/*.ptune.json");
  const descriptions = vscode.workspace.createFileSystemWatcher("**/*.ptune-data.json");
  const data = vscode.workspace.createFileSystemWatcher("**/*.{tsv,csv,jsonl,ndjson,json,parquet}");
  return vscode.Disposable.from(
    view,
    registerDatasetCommands(services, () => tree.refresh()),
    registerDatasetEditor(services),
    ...[experiments, descriptions, data].flatMap((watcher) => [watcher, watcher.onDidCreate(changed), watcher.onDidChange(changed), watcher.onDidDelete(changed)]),
    refresh,
    keepHasDatasets(descriptions),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    view.onDidChangeVisibility(({ visible }) => visible && tree.refresh()),
  );
}

/** Whether the workspace has a description: what the palette offers depends on it. */
function keepHasDatasets(descriptions: vscode.FileSystemWatcher): vscode.Disposable {
  const look = async (): Promise<void> => void (await vscode.commands.executeCommand("setContext", "promptTuning.hasDatasets", (await vscode.workspace.findFiles("**/*.ptune-data.json", "**/{node_modules,.ptune}/**", 1)).length > 0));
  void look();
  return vscode.Disposable.from(descriptions.onDidCreate(look), descriptions.onDidDelete(look), vscode.workspace.onDidChangeWorkspaceFolders(look));
}
