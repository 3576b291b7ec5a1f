import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import type { Diagnostic } from "../../experiment/diagnostic.js";
import { readExperimentText } from "../../experiment/load-experiment.js";
import type { ValidationProgress } from "../../protocol/backend/experiments.js";
import { fetchText, ProgressSteps } from "../backbones/fetch-text.js";
import type { Services } from "../services.js";
import type { Problems } from "./problems.js";

/**
 * Validates an experiment as the editor holds it: text and data at once, the model when the person asks for it. What is
 * found stands in the editor and the Problems view; a sentence says how it went.
 */
export async function validate(services: Services, problems: Problems, document: vscode.TextDocument): Promise<void> {
  const { version } = document;
  if (document.uri.scheme !== "file" || !vscode.workspace.isTrusted) {
    const found = readExperimentText(document.getText()).diagnostics;
    problems.show(document, found);
    const limit = document.uri.scheme !== "file" ? vscode.l10n.t("Only the text was checked: its data are found once the file is saved.") : vscode.l10n.t("Only the text was checked: this workspace is not trusted.");
    await tell(document, found, limit, []);
    return;
  }
  const withoutModel = await check(services, document, false);
  if (!withoutModel) return;
  if (document.version === version) problems.show(document, withoutModel);
  const checkModel = vscode.l10n.t("Check with the Model");
  const choice = await tell(document, withoutModel, undefined, hasErrors(withoutModel) ? [] : [checkModel]);
  if (choice !== checkModel) return;
  const withModel = await check(services, document, true);
  if (!withModel) return;
  problems.show(document, withModel);
  await tell(document, withModel, vscode.l10n.t("Backbone, template and labels fit each other."), []);
}

/** @returns what is wrong; undefined where the person cancelled. */
async function check({ backend }: Services, document: vscode.TextDocument, withModel: boolean): Promise<Diagnostic[] | undefined> {
  const title = vscode.l10n.t("Validating {0}", path.basename(document.uri.fsPath));
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, cancellable: true, title }, async (bar, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    const steps = new ProgressSteps();
    const onProgress = (progress: ValidationProgress): void => bar.report({ message: progressText(progress), increment: progress.activity === "fetching" ? steps.next(progress) : undefined });
    try {
      return await backend.call("experiments/validate", { file: document.uri.fsPath, text: document.getText(), withModel }, { signal: controller.signal, onProgress });
    } catch (error) {
      if (controller.signal.aborted || (error instanceof PromptTuningError && error.kind === "stopped")) return undefined;
      throw error;
    }
  });
}

function progressText(progress: ValidationProgress): string {
  switch (progress.activity) {
    case "fetching":
      return fetchText(progress);
    case "data":
      return progress.total ? vscode.l10n.t("reading the data, {0} of {1}", progress.done ?? 0, progress.total) : vscode.l10n.t("reading the data");
    case "backbone":
      return vscode.l10n.t("opening the backbone and encoding every row");
  }
}

const hasErrors = (found: readonly Diagnostic[]): boolean => found.some(({ severity }) => severity === "error");

/** Says how it went. @returns the button that was pressed. */
async function tell(document: vscode.TextDocument, found: readonly Diagnostic[], addition: string | undefined, buttons: readonly string[]): Promise<string | undefined> {
  const name = path.basename(document.uri.path);
  const errors = found.filter(({ severity }) => severity === "error").length;
  const warnings = found.length - errors;
  const showProblems = vscode.l10n.t("Show Problems");
  const offered = [...buttons, ...(found.length > 0 ? [showProblems] : [])];
  const choice =
    errors > 0
      ? await vscode.window.showErrorMessage(errors === 1 ? vscode.l10n.t("{0} has one error.", name) : vscode.l10n.t("{0} has {1} errors.", name, errors), ...offered)
      : await vscode.window.showInformationMessage([warnings === 0 ? vscode.l10n.t("{0} is right.", name) : vscode.l10n.t("{0} is right, with {1} warnings.", name, warnings), addition].filter((part) => part).join(" "), ...offered);
  if (choice === showProblems) await vscode.commands.executeCommand("workbench.actions.view.problems");
  return choice;
}
