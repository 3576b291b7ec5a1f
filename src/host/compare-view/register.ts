import * as vscode from "vscode";
import type { Services } from "../services.js";
import { registerCommand } from "../show-error.js";

export function registerCompareView(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(services, "compareRuns", async (...args) => (await import("./compare-runs.js")).compareRuns(services, args)),
    vscode.window.registerWebviewPanelSerializer("promptTuning.compareView", {
      deserializeWebviewPanel: async (panel, state) => (await import("./compare-runs.js")).restoreComparison(services, panel, state),
    }),
  );
}
