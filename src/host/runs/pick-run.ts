import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import type { RunEntry } from "../../runs/run-entry.js";
import type { Services } from "../services.js";
import { runRow } from "./row-text.js";
import { currentSpeech } from "./speech.js";

/** What a row of the Runs view passes to the commands of its menu. */
export interface RunRow {
  readonly kind: "run";
  readonly path: string;
}

export interface PickRuns {
  /** Question above the list. */
  readonly title: string;
  /** Which runs can be meant. */
  readonly suits: (entry: RunEntry) => boolean;
  /** Said when none is. */
  readonly none: string;
  readonly many?: boolean;
}

/** What commands ask of the Runs view; it tells itself when it is made. */
export interface RunsView {
  /** Paths of the runs whose rows are selected. */
  readonly selectedRuns: readonly string[];
  /** Paths of the runs that an experiment's row stands for. */
  runsBelow(key: string): readonly string[];
}
let view: RunsView = { selectedRuns: [], runsBelow: () => [] };
export function tellRunsView(made: RunsView): void {
  view = made;
}

/**
 * The runs a command is about: the rows it was called on (a menu passes the row, then the whole selection; an
 * experiment's row stands for its runs), a folder's path (from a link or a page), the rows selected in the Runs view
 * where the command takes many, or what the person picks. Empty when the person picks nothing.
 * @throws PromptTuningError kind "usage" where nothing suits.
 */
export async function pickRuns({ runs, jobs, baseline }: Pick<Services, "runs"> & Partial<Pick<Services, "jobs" | "baseline">>, args: readonly unknown[], { title, suits, none, many = false }: PickRuns): Promise<RunEntry[]> {
  await runs.load();
  const given = pathsOf(args);
  if (given.length > 0) {
    const suitable = (await Promise.all(given.map((path) => findOrLook({ runs }, path)))).flatMap((entry) => (entry !== undefined && suits(entry) ? [entry] : []));
    if (suitable.length === 0) throw new PromptTuningError("usage", none);
    return many ? suitable : suitable.slice(0, 1);
  }
  const selected = view.selectedRuns;
  const candidates = runs.all.filter(suits);
  if (candidates.length === 0) throw new PromptTuningError("usage", none);
  const marked = candidates.filter(({ path }) => selected.includes(path));
  if (many && marked.length > 1) return marked;
  const speech = currentSpeech();
  // What is selected in the view is most likely meant.
  const items = [...marked, ...candidates.filter((entry) => !marked.includes(entry))].map((entry) => {
    const row = runRow(speech, entry, { job: jobs?.ofRun(entry.path), baseline: baseline?.run === entry.path, twin: true });
    return { label: `${entry.experimentName} · ${row.label}`, description: row.description, iconPath: new vscode.ThemeIcon(row.icon.id.replace("~spin", "")), picked: marked.includes(entry), entry };
  });
  // A page that had the focus may take it back just after the palette has closed; that must not close the question.
  const options = { title, matchOnDescription: true, ignoreFocusOut: true };
  const picked = many ? await vscode.window.showQuickPick(items, { ...options, canPickMany: true }) : await vscode.window.showQuickPick(items, options);
  return [picked ?? []].flat().map(({ entry }) => entry);
}

/** A run that came into being a moment ago may not be known yet. */
async function findOrLook({ runs }: Pick<Services, "runs">, path: string): Promise<RunEntry | undefined> {
  const known = runs.find(path);
  if (known) return known;
  await runs.refresh(path);
  return runs.find(path);
}

function pathsOf([first, selection]: readonly unknown[]): string[] {
  const rows = Array.isArray(selection) && selection.length > 0 ? selection : [first];
  // An experiment may be selected together with some of its runs.
  return [...new Set(rows.flatMap((row) => (typeof row === "string" ? [row] : row instanceof vscode.Uri ? [row.fsPath] : isRunRow(row) ? [row.path] : isExperimentRow(row) ? view.runsBelow(row.key) : [])))];
}

function isExperimentRow(row: unknown): row is { readonly kind: "experiment"; readonly key: string } {
  return typeof row === "object" && row !== null && "kind" in row && row.kind === "experiment" && "key" in row && typeof row.key === "string";
}

function isRunRow(row: unknown): row is RunRow {
  return typeof row === "object" && row !== null && "kind" in row && row.kind === "run" && "path" in row && typeof row.path === "string";
}
