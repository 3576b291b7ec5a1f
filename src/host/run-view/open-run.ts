import * as vscode from "vscode";
import { runViewStateSchema } from "../../protocol/webview/run-view.js";
import { pickRuns } from "../runs/pick-run.js";
import type { Services } from "../services.js";
import { RunPanel } from "./run-panel.js";

/** One panel a run. */
const open = new Map<string, RunPanel>();

/** Shows the run's page: the one that is open, or a new one. */
export async function openRun(services: Services, args: readonly unknown[]): Promise<void> {
  await refreshGiven(services, args);
  const [entry] = await pickRuns(services, args, { title: vscode.l10n.t("Open a run"), suits: () => true, none: vscode.l10n.t("There is no such run.") });
  if (!entry) return;
  const there = open.get(entry.path);
  if (there) return there.panel.reveal();
  const panel = vscode.window.createWebviewPanel("promptTuning.runView", entry.name, vscode.ViewColumn.Active, { enableScripts: true, enableFindWidget: true });
  await show(services, panel, entry.path);
}

/** Fills a panel that VS Code restored after a reload. */
export async function restoreRun(services: Services, panel: vscode.WebviewPanel, state: unknown): Promise<void> {
  await services.runs.load();
  const remembered = runViewStateSchema.safeParse(state);
  // What the page wrote last may not have reached the disk before the window went; the panel's title names the run too.
  const entry = remembered.success ? services.runs.find(remembered.data.run) : services.runs.all.find(({ name }) => name === panel.title);
  // The run may have been deleted meanwhile, or belong to another folder: only runs of this workspace are shown.
  if (!entry || open.has(entry.path)) return panel.dispose();
  await show(services, panel, entry.path);
}

async function show(services: Services, panel: vscode.WebviewPanel, run: string): Promise<void> {
  const made = new RunPanel(services, panel, run);
  open.set(run, made);
  panel.onDidDispose(() => open.delete(run));
  await made.start();
}

/** A run that has just been made may not be in the list yet. */
async function refreshGiven({ runs }: Services, [first]: readonly unknown[]): Promise<void> {
  await runs.load();
  if (typeof first === "string" && !runs.find(first)) await runs.refresh(first);
}
