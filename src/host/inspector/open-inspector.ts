import * as vscode from "vscode";
import { inspectorMemorySchema } from "../../protocol/webview/inspector.js";
import { pickPrompts } from "../prompts/pick-prompt.js";
import type { Services } from "../services.js";
import { showInspector } from "./inspector-panel.js";

export const inspectorPanelType = "promptTuning.inspectorPanel";

/** The panel of each prompt that is open: it is brought forward, not opened twice. */
const open = new Map<string, vscode.WebviewPanel>();

/** Opens an inspector for each prompt the command is about. */
export async function inspectPrompts(services: Services, args: readonly unknown[]): Promise<void> {
  const picked = await pickPrompts(services, args, {
    title: vscode.l10n.t("Inspect a prompt"),
    none: vscode.l10n.t("There is no prompt to inspect yet. Prompts appear when a run has learned something, or when you import one."),
  });
  for (const { path } of picked) {
    const there = open.get(path);
    if (there) {
      there.reveal();
      continue;
    }
    const panel = vscode.window.createWebviewPanel(inspectorPanelType, vscode.l10n.t("Prompt Inspector"), vscode.ViewColumn.Active, { enableScripts: true, enableFindWidget: true });
    await show(services, panel, path);
  }
}

/** Fills a panel that VS Code restored after a reload: its page remembers what it was opened on. */
export async function restoreInspector(services: Services, panel: vscode.WebviewPanel, state: unknown): Promise<void> {
  const remembered = inspectorMemorySchema.safeParse(state);
  if (!remembered.success) return panel.dispose();
  await services.runs.load();
  await show(services, panel, remembered.data.path);
}

async function show(services: Services, panel: vscode.WebviewPanel, path: string): Promise<void> {
  open.set(path, panel);
  panel.onDidDispose(() => open.get(path) === panel && open.delete(path));
  await showInspector(services, panel, { path, named: true });
}
