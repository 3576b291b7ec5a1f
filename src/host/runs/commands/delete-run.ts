import * as vscode from "vscode";
import { PromptTuningError } from "../../../common/errors.js";
import type { RunEntry } from "../../../runs/run-entry.js";
import type { Services } from "../../services.js";
import { pickRuns } from "../pick-run.js";

const mostNamed = 5;

/** Moves runs to the trash, after a question that names them. A run that a process works on is not touched. */
export async function deleteRun(services: Services, args: readonly unknown[]): Promise<void> {
  const { runs, jobs, baseline } = services;
  await runs.load();
  const suits = ({ active, path }: RunEntry): boolean => !active && jobs.ofRun(path) === undefined;
  const none = vscode.l10n.t("A run that is under way cannot be deleted. Stop it first.");
  const entries = await pickRuns(services, args, { title: vscode.l10n.t("Delete which runs?"), none: runs.all.length === 0 ? vscode.l10n.t("There is no run to delete.") : none, many: true, suits });
  if (entries.length === 0) return;
  const skipped = Array.isArray(args[1]) ? args[1].length - entries.length : 0;
  if (!(await confirmed(entries, skipped))) return;
  let forGood: boolean | undefined;
  for (const { path, name } of entries) {
    // The question may have stood for hours.
    await runs.refresh(path);
    const entry = runs.find(path);
    if (entry === undefined) continue;
    if (!suits(entry)) throw new PromptTuningError("busy", vscode.l10n.t("The run {0} is under way again and was not deleted.", name), { advice: vscode.l10n.t("Stop it first.") });
    if (forGood !== true && (await toTrash(services, path))) continue;
    forGood ??= await confirmedForGood(entries);
    if (!forGood) break;
    await vscode.workspace.fs.delete(vscode.Uri.file(path), { recursive: true, useTrash: false });
    await forget(services, path);
  }
  if (baseline.run !== undefined && runs.find(baseline.run) === undefined && entries.some(({ path }) => path === baseline.run)) await baseline.set(undefined);
}

/** False where there is no trash: on another machine, or on a drive without one. */
async function toTrash(services: Services, path: string): Promise<boolean> {
  try {
    await vscode.workspace.fs.delete(vscode.Uri.file(path), { recursive: true, useTrash: true });
    await forget(services, path);
    return true;
  } catch (error) {
    services.log.warn(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

const forget = ({ runs }: Services, path: string): Promise<void> => runs.refresh(path);

async function confirmed(entries: readonly RunEntry[], skipped: number): Promise<boolean> {
  const question = entries.length === 1 ? vscode.l10n.t("Delete the run {0}?", entries[0].name) : vscode.l10n.t("Delete {0} runs?", entries.length);
  const named = entries.length === 1 ? [] : [...entries.slice(0, mostNamed).map(({ name }) => name), ...(entries.length > mostNamed ? ["…"] : [])];
  const learned = entries.filter((entry) => entry.learned !== "nothing").length;
  const detail = [
    ...named,
    vscode.l10n.t("The folder goes to the trash, with its journal, checkpoints and evaluations."),
    learned === 0 ? "" : learned === 1 ? vscode.l10n.t("What the run learned goes with it; export it first if you need it.") : vscode.l10n.t("What {0} runs learned goes with them; export it first if you need it.", learned),
    skipped > 0 ? vscode.l10n.t("Runs that are under way stay.") : "",
  ];
  const move = vscode.l10n.t("Move to Trash");
  return (await vscode.window.showWarningMessage(question, { modal: true, detail: detail.filter((line) => line !== "").join("\n") }, move)) === move;
}

async function confirmedForGood(entries: readonly RunEntry[]): Promise<boolean> {
  const forGood = vscode.l10n.t("Delete Permanently");
  const question = entries.length === 1 ? vscode.l10n.t("There is no trash for this folder. Delete the run permanently?") : vscode.l10n.t("There is no trash for this folder. Delete the runs permanently?");
  return (await vscode.window.showWarningMessage(question, { modal: true, detail: vscode.l10n.t("This cannot be undone.") }, forGood)) === forGood;
}
