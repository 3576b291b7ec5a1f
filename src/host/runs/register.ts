import * as vscode from "vscode";
import type { Services } from "../services.js";

export function registerRuns(_services: Services): vscode.Disposable {
  return vscode.Disposable.from();
}
