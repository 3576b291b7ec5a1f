import * as vscode from "vscode";
import { playgroundMemorySchema } from "../../protocol/webview/playground.js";
import { pickPrompts } from "../prompts/pick-prompt.js";
import type { Services } from "../services.js";
import { PlaygroundPanel } from "./playground-panel.js";

const open = new Set<PlaygroundPanel>();

/** Opens a playground with the prompts the command is about; one that shows them all already comes to the front. */
export async function tryPrompt(services: Services, args: readonly unknown[]): Promise<void> {
  const picked = await pickPrompts(services, args, {
    title: vscode.l10n.t("Try prompts side by side"),
    none: vscode.l10n.t("There is no prompt to try yet. Prompts appear when a run has learned something, or when you import one."),
    many: true,
  });
  if (picked.length === 0) return;
  const prompts = picked.map((reference) => reference.path);
  const there = [...open].find((playground) => playground.shows(prompts));
  if (there) return there.panel.reveal();
  const panel = vscode.window.createWebviewPanel("promptTuning.playground", vscode.l10n.t("Playground"), vscode.ViewColumn.Active, { enableScripts: true });
  await show(services, panel, prompts);
}

/** Fills a panel that VS Code restored after a reload: its page remembers its prompts and texts. */
export async function restorePlayground(services: Services, panel: vscode.WebviewPanel, state: unknown): Promise<void> {
  const remembered = playgroundMemorySchema.safeParse(state);
  await services.runs.load();
  await show(services, panel, remembered.success ? remembered.data.prompts : []);
}

async function show(services: Services, panel: vscode.WebviewPanel, prompts: readonly string[]): Promise<void> {
  const playground = new PlaygroundPanel(services, panel, prompts);
  open.add(playground);
  panel.onDidDispose(() => open.delete(playground));
  await playground.start();
}
