import * as vscode from "vscode";
import type { Services } from "../services.js";
import { coalesce } from "./coalesce.js";
import { anyRunFolder } from "./leased-runs.js";
import { contextBeforeLoad, contextOfRuns, type RunContext } from "./run-context.js";

/** Keeps the conditions of the palette and the menus true. */
export function keepContextKeys({ runs, jobs, baseline, log }: Services): vscode.Disposable {
  const told = new Map<string, boolean>();
  let loaded = false;
  const tell = (context: RunContext): void => {
    for (const [name, value] of Object.entries(context)) {
      if (told.get(name) === value) continue;
      told.set(name, value);
      void vscode.commands.executeCommand("setContext", `promptTuning.${name}`, value);
    }
  };
  const situation = (): { jobs: boolean; baseline: boolean } => ({ jobs: jobs.all.some(({ state }) => state !== "finished"), baseline: baseline.run !== undefined });
  const beforeLoad = async (): Promise<void> => {
    const anyFolder = await anyRunFolder(runs.roots);
    if (!loaded) tell(contextBeforeLoad(anyFolder, situation()));
  };
  const update = coalesce(250, () => {
    if (loaded) tell(contextOfRuns(runs.all, situation()));
    else void beforeLoad().catch((error: unknown) => log.warn(String(error)));
  });
  update();
  return vscode.Disposable.from(
    runs.onDidChange(() => {
      loaded = true; // Before the first load nothing changes.
      update();
    }),
    jobs.onDidChange(update),
    baseline.onDidChange(update),
    vscode.workspace.onDidChangeWorkspaceFolders(update),
    new vscode.Disposable(() => update.dispose()),
  );
}
