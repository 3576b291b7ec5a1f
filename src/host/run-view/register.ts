import * as vscode from "vscode";
import type { Services } from "../services.js";
import { registerCommand } from "../show-error.js";

/** The page of one run: live curves while it trains, its result, its examples, its settings. */
export function registerRunView(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(services, "openRun", async (...args) => (await import("./open-run.js")).openRun(services, args)),
    vscode.window.registerWebviewPanelSerializer("promptTuning.runView", {
      deserializeWebviewPanel: async (panel, state) => (await import("./open-run.js")).restoreRun(services, panel, state),
    }),
  );
}
