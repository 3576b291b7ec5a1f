import * as vscode from "vscode";
import type { Services } from "../services.js";
import { registerCommand } from "../show-error.js";

/** Export of learned prompts for other programs, import of prompts from elsewhere. */
export function registerTransfer(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(services, "exportPrompt", async (...args) => (await import("./export-prompt.js")).exportPrompt(services, args)),
    registerCommand(services, "importAdapter", async (...args) => (await import("./import-adapter.js")).importAdapter(services, args)),
  );
}
