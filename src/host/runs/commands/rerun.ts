import { randomUUID } from "node:crypto";
import path from "node:path";
import * as vscode from "vscode";
import type { JobStatus } from "../../../protocol/backend/jobs.js";
import type { Overrides } from "../../../experiment/overrides.js";
import type { RunEntry } from "../../../runs/run-entry.js";
import type { Services } from "../../services.js";
import { experimentFileOf } from "../experiment-of-run.js";
import { nextSeeds } from "../next-seeds.js";
import { pickRuns } from "../pick-run.js";
import { changeSettings } from "./change-settings.js";
import { startRuns } from "./start-runs.js";
import { refuseUntrusted } from "./refuse.js";

const mostSeeds = 50;

/** Runs an experiment kept with a run once more: alike, with other seeds, or with changes a person makes. */
export async function rerun(services: Services, args: readonly unknown[]): Promise<readonly JobStatus[]> {
  refuseUntrusted();
  const [entry] = await pickRuns(services, args, { title: vscode.l10n.t("Rerun which experiment?"), none: vscode.l10n.t("There is no run to repeat."), suits: ({ settings }) => settings !== null });
  if (!entry) return [];
  const [next] = nextSeeds(services.runs.all, entry, 1);
  const choices = [
    { label: vscode.l10n.t("Same settings"), description: entry.seed === null ? "" : vscode.l10n.t("seed {0}", entry.seed), run: () => start(services, entry, [undefined]) },
    { label: vscode.l10n.t("New seed"), description: vscode.l10n.t("seed {0}", next), run: () => start(services, entry, [next]) },
    { label: vscode.l10n.t("Several seeds…"), description: vscode.l10n.t("for a mean and a standard deviation"), run: () => severalSeeds(services, entry) },
    { label: vscode.l10n.t("Vary a setting…"), description: vscode.l10n.t("a sweep: one run for each of its values, side by side"), run: () => varySetting(services, entry) },
    { label: vscode.l10n.t("Change settings…"), description: vscode.l10n.t("opens a copy of the experiment, ready to run"), run: () => changeSettings(services, entry) },
  ];
  const picked = await vscode.window.showQuickPick(choices, { title: vscode.l10n.t("Rerun {0}", entry.experimentName), ignoreFocusOut: true });
  return (await picked?.run()) ?? [];
}

async function severalSeeds(services: Services, entry: RunEntry): Promise<readonly JobStatus[]> {
  const given = await vscode.window.showInputBox({
    title: vscode.l10n.t("Rerun {0} with several seeds", entry.experimentName),
    prompt: vscode.l10n.t("How many more runs, each with a seed of its own?"),
    value: "4",
    validateInput: (text) => (isCount(text) ? undefined : vscode.l10n.t("A whole number from 1 to {0}.", mostSeeds)),
  });
  return given === undefined ? [] : start(services, entry, nextSeeds(services.runs.all, entry, Number(given)));
}

/** Runs that differ in one setting of the experiment. */
async function varySetting(services: Services, entry: RunEntry): Promise<readonly JobStatus[]> {
  const key = await pickSetting(entry);
  if (key === undefined) return [];
  const { readAxis, variationsOf } = await import("../../../experiment/variations.js");
  const title = vscode.l10n.t("Rerun {0} with several values of {1}", entry.experimentName, key);
  const read = (text: string) => variationsOf([readAxis(`${key}=${text}`)]);
  const given = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t("Values, with commas between them. Texts with commas: a JSON list."),
    placeHolder: key === "training.learningRate" ? "0.003, 0.01, 0.03" : undefined,
    ignoreFocusOut: true,
    validateInput: (text) => {
      try {
        return read(text).length <= mostSeeds ? undefined : vscode.l10n.t("At most {0} values.", mostSeeds);
      } catch {
        return vscode.l10n.t("At least one value, with one comma between two, none of them twice.");
      }
    },
  });
  return given === undefined ? [] : startSweep(services, entry, read(given).map(({ overrides }) => overrides));
}

/** A setting of the run's experiment, those of the training first: what is varied most. */
async function pickSetting({ path: run, root, experimentName }: RunEntry): Promise<string | undefined> {
  const [{ RunStore }, { RunFolder }, { flatten }] = await Promise.all([import("../../../runs/run-store.js"), import("../../../runs/run-folder.js"), import("../../../comparison/configuration.js")]);
  const settings = [...flatten(new RunStore(root).readExperiment(new RunFolder(run)))].filter(([key]) => key !== "name" && /^[A-Za-z]+(\.[A-Za-z]+)*$/.test(key));
  const first = (key: string): number => ["training.", "method.", "task.", ""].findIndex((section) => key.startsWith(section));
  const items = settings.map(([key, value]) => ({ label: key, description: String(value) })).sort((a, b) => first(a.label) - first(b.label));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Which setting of {0} is varied?", experimentName), matchOnDescription: true, ignoreFocusOut: true }))?.label;
}

const isCount = (text: string): boolean => /^\s*\d+\s*$/.test(text) && Number(text) >= 1 && Number(text) <= mostSeeds;

function start(services: Services, entry: RunEntry, seeds: readonly (number | undefined)[]): Promise<readonly JobStatus[]> {
  return startSweep(services, entry, seeds.map((seed) => (seed === undefined ? undefined : { training: { seed } })));
}

function startSweep(services: Services, { path: run }: RunEntry, changes: readonly (Overrides | undefined)[]): Promise<readonly JobStatus[]> {
  const experimentFile = experimentFileOf(services.context.workspaceState, run);
  // Several are a sweep: they share passes, and one copy of the weights.
  const sweep = changes.length > 1 ? randomUUID() : undefined;
  return startRuns(
    services,
    changes.map((overrides) => ({ source: { type: "rerun", run, ...(overrides && { overrides }), ...(sweep !== undefined && { sweep }) }, runsRoot: path.dirname(run), experimentFile })),
  );
}
