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
  const refresh = coalesce(changeMilliseconds, () => {
    if (view.visible) tree.refresh();
    void tellImported(services);
  });
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
  // What the rows show of a run changes seldom; its progress changes all the time.
  let known = "";
  const refreshIfLearned = (): void => {
    watch();
    const learned = services.runs.all.map((run) => (run.learned === "adapter" ? [run.path, run.metric?.split, run.metric?.value].join(" ") : "")).join("\0");
    if (learned !== known) refresh();
    known = learned;
  };
  watch();
  void tellImported(services);
  return vscode.Disposable.from(
    view,
    services.runs.onDidChange(refreshIfLearned),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      watch();
      refresh();
    }),
    view.onDidChangeVisibility(({ visible }) => visible && tree.refresh()),
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
