import path from "node:path";
import * as vscode from "vscode";
import { taskFacts } from "../../../tasks/task-facts.js";
import type { RunEntry } from "../../../runs/run-entry.js";
import type { Services } from "../../services.js";
import { configDifference, differenceText } from "../config-difference.js";
import { pickRuns } from "../pick-run.js";

/** Copies how two runs' settings differ; of one run, how it differs from the pinned baseline, or else from the defaults. */
export async function copyConfigDifference(services: Services, args: readonly unknown[]): Promise<void> {
  const { runs, baseline } = services;
  const picked = await pickRuns(services, args, { title: vscode.l10n.t("Copy the config difference of which runs?"), none: vscode.l10n.t("No run has readable settings."), suits: ({ settings }) => settings !== null, many: true });
  // Runs are listed newest first; a difference is read from the older to the newer one.
  const [last, first] = [...picked].sort((a, b) => (b.created ?? "").localeCompare(a.created ?? ""));
  if (!last) return;
  const pinned = baseline.run === undefined ? undefined : runs.find(baseline.run);
  const other = first ?? (pinned && pinned.path !== last.path && pinned.settings !== null ? pinned : undefined);
  const to = await experimentOf(last);
  const differences = configDifference(other ? await experimentOf(other) : await defaultsOf(to), to);
  const title = other ? `${other.name} → ${last.name}` : vscode.l10n.t("{0}, beside the defaults", last.name);
  const text = differenceText(title, differences, { same: vscode.l10n.t("The settings are the same."), absent: vscode.l10n.t("(not set)") });
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(differences.length === 1 ? vscode.l10n.t("$(check) 1 difference copied.") : vscode.l10n.t("$(check) {0} differences copied.", differences.length), 5000);
}

async function experimentOf(entry: RunEntry): Promise<unknown> {
  const [{ RunStore }, { RunFolder }] = await Promise.all([import("../../../runs/run-store.js"), import("../../../runs/run-folder.js")]);
  const experiment = new RunStore(path.dirname(entry.path)).readExperiment(new RunFolder(entry.path));
  return experiment;
}

/** The experiment as it would be if it said only what it must: its name, model, data and template. */
async function defaultsOf(experiment: unknown): Promise<unknown> {
  const { experimentSchema } = await import("../../../experiment/schema.js");
  const parsed = experimentSchema.safeParse(experiment);
  if (!parsed.success) return experiment;
  const { name, model, dataset, task } = parsed.data;
  const { metric } = taskFacts[task.type];
  const verbalizer = task.type === "generation" ? {} : { verbalizer: task.verbalizer };
  return experimentSchema.parse({ name, model, dataset, task: { type: task.type, template: task.template, ...verbalizer }, evaluation: { metric } });
}
