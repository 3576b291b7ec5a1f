import * as vscode from "vscode";
import type { PromptTuningError } from "../../common/errors.js";
import type { Services } from "../services.js";
import { showError } from "../show-error.js";

/** The process is not restarted by itself any more: the person decides. */
export async function tellFailure({ log }: Pick<Services, "log">, reason: PromptTuningError, restart: () => Promise<void>): Promise<void> {
  const again = vscode.l10n.t("Restart");
  const showLog = vscode.l10n.t("Show Log");
  const answer = await vscode.window.showErrorMessage(reason.describe(), again, showLog);
  if (answer === showLog) log.show();
  if (answer === again) await restart().catch((error: unknown) => showError({ log }, error));
}
