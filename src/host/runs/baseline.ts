import * as vscode from "vscode";
import type { PinnedBaseline } from "../services.js";

const key = "promptTuning.pinnedBaseline";

/** The pinned baseline of this workspace, remembered by VS Code. */
export function createBaseline(context: vscode.ExtensionContext): PinnedBaseline {
  const changed = new vscode.EventEmitter<void>();
  context.subscriptions.push(changed);
  return {
    get run() {
      return context.workspaceState.get<string>(key);
    },
    onDidChange: changed.event,
    async set(runFolder) {
      await context.workspaceState.update(key, runFolder);
      changed.fire();
    },
  };
}
