import * as vscode from "vscode";
import { coalesce } from "../runs/coalesce.js";
import type { Services } from "../services.js";
import { DatasetsTree } from "./datasets-tree.js";

const changeMilliseconds = 500;

/** The Data Sets view. */
export function registerDatasets(services: Services): vscode.Disposable {
  const tree = new DatasetsTree(services);
  const view = vscode.window.createTreeView("promptTuning.datasets", { treeDataProvider: tree });
  const refresh = coalesce(changeMilliseconds, () => {
    if (view.visible) tree.refresh();
  });
  const experiments = vscode.workspace.createFileSystemWatcher("**/*.ptune.json");
  const data = vscode.workspace.createFileSystemWatcher("**/*.{tsv,csv,jsonl,json}", false, true, false);
  return vscode.Disposable.from(
    view,
    experiments,
    data,
    experiments.onDidCreate(refresh),
    experiments.onDidChange(refresh),
    experiments.onDidDelete(refresh),
    data.onDidCreate(refresh),
    data.onDidDelete(refresh),
    refresh,
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    view.onDidChangeVisibility(({ visible }) => visible && tree.refresh()),
  );
}
