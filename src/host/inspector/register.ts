import * as vscode from "vscode";
import type { Services } from "../services.js";
import { registerCommand } from "../show-error.js";

/** The prompt inspector: a panel for the prompts of the lists, and the editor of adapter_model.safetensors. */
export function registerInspector(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(services, "inspectPrompt", async (...args) => (await import("./open-inspector.js")).inspectPrompts(services, args)),
    vscode.window.registerWebviewPanelSerializer("promptTuning.inspectorPanel", {
      deserializeWebviewPanel: async (panel, state) => (await import("./open-inspector.js")).restoreInspector(services, panel, state),
    }),
    vscode.window.registerCustomEditorProvider("promptTuning.inspector", editor(services), { supportsMultipleEditorsPerDocument: true, webviewOptions: { enableFindWidget: true } }),
  );
}

/** The file is read by the page's conversation: the document is no more than its address. */
function editor(services: Services): vscode.CustomReadonlyEditorProvider {
  return {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: async ({ uri }, panel) => {
      await services.runs.load();
      await (await import("./inspector-panel.js")).showInspector(services, panel, { path: uri.fsPath, named: false });
    },
  };
}
