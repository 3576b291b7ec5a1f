import * as vscode from "vscode";
import type { Services } from "../services.js";
import { registerCommand } from "../show-error.js";
import { ExperimentLenses } from "./code-lenses.js";
import { completionTriggers, createCompletions } from "./completions.js";
import { experimentSelector } from "./documents.js";
import { PeekCache } from "./peek-cache.js";
import { pickExperiment } from "./pick-experiment.js";
import { Problems } from "./problems.js";
import { createQuickFixes } from "./quick-fixes.js";

/** What helps with writing experiment files. */
export function registerExperimentFiles(services: Services): vscode.Disposable {
  const peeks = new PeekCache();
  const problems = new Problems(services, peeks);
  const lenses = new ExperimentLenses(services);
  return vscode.Disposable.from(
    problems,
    lenses,
    vscode.languages.registerCodeLensProvider(experimentSelector, lenses),
    vscode.languages.registerCompletionItemProvider(experimentSelector, createCompletions(peeks), ...completionTriggers),
    vscode.languages.registerCodeActionsProvider(experimentSelector, createQuickFixes(problems), { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] }),
    registerCommand(services, "validateExperiment", async (...args) => {
      const document = await pickExperiment(args, vscode.l10n.t("Validate Experiment"));
      if (document) await (await import("./validate.js")).validate(services, problems, document);
    }),
    registerCommand(services, "newExperiment", async () => (await import("./new-experiment.js")).newExperiment()),
    registerCommand(services, "showExperimentRuns", async (...args) => {
      const document = await pickExperiment(args, vscode.l10n.t("Runs of an Experiment"));
      if (document) await (await import("./show-runs.js")).showRuns(services, document);
    }),
  );
}
