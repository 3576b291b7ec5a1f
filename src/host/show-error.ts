import * as vscode from "vscode";
import { PromptTuningError } from "../common/errors.js";
import type { Services } from "./services.js";

/** Shows an error to the person: what happened, why, what to do now. What the person stopped is no error. */
export async function showError({ log }: Pick<Services, "log">, error: unknown): Promise<void> {
  if (error instanceof PromptTuningError && error.kind === "stopped") return;
  const text = error instanceof PromptTuningError ? error.describe() : vscode.l10n.t("Something unexpected went wrong: {0}", error instanceof Error ? error.message : String(error));
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const showLog = vscode.l10n.t("Show Log");
  if ((await vscode.window.showErrorMessage(text, showLog)) === showLog) log.show();
}

/** Registers a command whose errors reach the person. */
export function registerCommand(services: Pick<Services, "log">, name: string, run: (...args: unknown[]) => unknown): vscode.Disposable {
  return vscode.commands.registerCommand(`promptTuning.${name}`, async (...args: unknown[]) => {
    try {
      return await run(...args);
    } catch (error) {
      void showError(services, error);
      return undefined;
    }
  });
}
