import path from "node:path";
import * as vscode from "vscode";
import type { JobStatus } from "../../../protocol/backend/jobs.js";
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

const isCount = (text: string): boolean => /^\s*\d+\s*$/.test(text) && Number(text) >= 1 && Number(text) <= mostSeeds;

function start(services: Services, { path: run }: RunEntry, seeds: readonly (number | undefined)[]): Promise<readonly JobStatus[]> {
  const experimentFile = experimentFileOf(services.context.workspaceState, run);
  return startRuns(
    services,
    seeds.map((seed) => ({ source: { type: "rerun", run, ...(seed === undefined ? {} : { overrides: { training: { seed } } }) }, runsRoot: path.dirname(run), experimentFile })),
  );
}
