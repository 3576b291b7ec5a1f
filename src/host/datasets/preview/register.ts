import * as vscode from "vscode";
import type { Services } from "../../services.js";

export const datasetEditor = "promptTuning.dataset";

/** The editor of descriptions (*.ptune-data.json): the rows they describe. */
export function registerDatasetEditor(services: Services): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: async ({ uri }, panel) => (await import("./dataset-panel.js")).showDataset(services, panel, uri.fsPath),
  };
  return vscode.window.registerCustomEditorProvider(datasetEditor, provider, { supportsMultipleEditorsPerDocument: true, webviewOptions: { enableFindWidget: false } });
}
