import path from "node:path";
import * as vscode from "vscode";
import { coalesce } from "../runs/coalesce.js";
import type { Services } from "../services.js";
import { registerCommand } from "../show-error.js";
import { promptRoots } from "./prompt-roots.js";
import { PromptsTree } from "./prompts-tree.js";

const changeMilliseconds = 250;

/** The Prompts view and its commands. */
export function registerPrompts(services: Services): vscode.Disposable {
  const tree = new PromptsTree(services);
  const view = vscode.window.createTreeView("promptTuning.prompts", { treeDataProvider: tree, canSelectMany: true });
  // Of a hidden view VS Code asks nothing: what it missed it asks for when it is shown.
  let missed = false;
  const refresh = coalesce(changeMilliseconds, () => {
    if (view.visible) tree.refresh();
    else missed = true;
    void tellImported(services);
  });
  const shown = (): void => {
    if (missed) tree.refresh();
    else tree.refreshIfLearned();
    missed = false;
  };
  let watched = "";
  let watchers: vscode.Disposable[] = [];
  const watch = (): void => {
    const roots = promptRoots(services);
    if (watched === roots.join("\0")) return;
    watched = roots.join("\0");
    for (const watcher of watchers) watcher.dispose();
    // Of a deleted folder only the folder is told, so every level is watched.
    watchers = roots.flatMap((root) => {
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(path.dirname(path.dirname(root))), "{.ptune,.ptune/prompts,.ptune/prompts/*,.ptune/prompts/*/*.json}"));
      return [watcher, watcher.onDidCreate(refresh), watcher.onDidChange(refresh), watcher.onDidDelete(refresh)];
    });
  };
  const runsChanged = (): void => {
    watch();
    if (view.visible) tree.refreshIfLearned();
  };
  watch();
  void tellImported(services);
  return vscode.Disposable.from(
    view,
    services.runs.onDidChange(runsChanged),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      watch();
      refresh();
    }),
    view.onDidChangeVisibility(({ visible }) => visible && shown()),
    { dispose: () => [...watchers, refresh].forEach((part) => part.dispose()) },
    registerCommand(services, "deletePrompt", async (...args) => {
      const { deletePrompts } = await import("./delete-prompt.js");
      if (await deletePrompts(services, args)) refresh();
    }),
  );
}

/** Commands about prompts are offered in the palette where there is one. */
async function tellImported(services: Services): Promise<void> {
  const { readdir } = await import("node:fs/promises");
  const entries = await Promise.all(promptRoots(services).map((root) => readdir(root).catch(() => [])));
  await vscode.commands.executeCommand("setContext", "promptTuning.hasImported", entries.flat().some((name) => !name.startsWith(".")));
}
