import * as vscode from "vscode";
import type { Services } from "../services.js";
import { registerCommand } from "../show-error.js";

/** The playground: prompts tried side by side on one loaded backbone. */
export function registerPlayground(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(services, "tryPrompt", async (...args) => (await import("./open-playground.js")).tryPrompt(services, args)),
    vscode.window.registerWebviewPanelSerializer("promptTuning.playground", {
      deserializeWebviewPanel: async (panel, state) => (await import("./open-playground.js")).restorePlayground(services, panel, state),
    }),
  );
}
