import * as vscode from "vscode";
import type { RunEntry } from "../../runs/run-entry.js";
import { groupRuns } from "../runs/run-groups.js";
import { metricText } from "../runs/words.js";
import type { Services } from "../services.js";

/** Above an experiment: Run · Validate, and the runs there are of it. */
export class ExperimentLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly services: Services) {
    const tell = (): void => this.changed.fire();
    this.subscriptions = [services.runs.onDidChange(tell), vscode.workspace.onDidGrantWorkspaceTrust(tell)];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const top = new vscode.Range(0, 0, 0, 0);
    const lenses = [new vscode.CodeLens(top, { title: vscode.l10n.t("Validate"), tooltip: vscode.l10n.t("Checks the text and the data, and on request the model."), command: "promptTuning.validateExperiment", arguments: [document.uri] })];
    if (document.uri.scheme !== "file") return lenses;
    if (vscode.workspace.isTrusted)
      lenses.unshift(new vscode.CodeLens(top, { title: `$(play) ${vscode.l10n.t("Run")}`, tooltip: vscode.l10n.t("Trains a soft prompt as this file says."), command: "promptTuning.runExperiment", arguments: [document.uri] }));
    const runs = await runsOf(this.services, document);
    if (runs.length > 0) lenses.push(new vscode.CodeLens(top, { title: summary(runs), tooltip: vscode.l10n.t("Opens the runs of this experiment."), command: "promptTuning.showExperimentRuns", arguments: [document.uri] }));
    return lenses;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }
}

/** The runs of an experiment file, newest first: those of its name in the folder its runs are kept in. */
export async function runsOf({ runs }: Services, document: vscode.TextDocument): Promise<RunEntry[]> {
  await runs.load();
  const { JsonDocument } = await import("../../experiment/json-document.js");
  const value = new JsonDocument(document.getText()).value();
  const name = typeof value === "object" && value !== null && "name" in value ? value.name : undefined;
  if (typeof name !== "string") return [];
  const root = runs.rootFor(document.uri.fsPath);
  return runs.all.filter((entry) => entry.root === root && entry.experimentName === name);
}

function summary(runs: readonly RunEntry[]): string {
  const count = runs.length === 1 ? vscode.l10n.t("1 run") : vscode.l10n.t("{0} runs", runs.length);
  const active = runs.some((run) => run.active) ? "$(sync~spin) " : "";
  const [{ best }] = groupRuns(runs);
  if (best === null) return `${active}${count}`;
  const speech = { l10n: vscode.l10n, language: vscode.env.language, now: Date.now() };
  return `${active}${count} · ${vscode.l10n.t("best {0}", metricText(speech, best))}`;
}
