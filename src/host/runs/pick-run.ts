import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import type { RunEntry } from "../../runs/run-entry.js";
import type { Services } from "../services.js";

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

/**
 * The runs a command is about: the rows it was called on (a menu passes the row, then the whole selection), a folder's
 * path (from a link or a page), or what the person picks. Empty when the person picks nothing.
 * @throws PromptTuningError kind "usage" where nothing suits.
 */
export async function pickRuns({ runs }: Pick<Services, "runs">, args: readonly unknown[], { title, suits, none, many = false }: PickRuns): Promise<RunEntry[]> {
  await runs.load();
  const given = pathsOf(args);
  if (given.length > 0) {
    const found = given.map((path) => runs.find(path)).filter((entry) => entry !== undefined);
    const suitable = found.filter(suits);
    if (suitable.length === 0) throw new PromptTuningError("usage", none);
    return many ? suitable : suitable.slice(0, 1);
  }
  const items = runs.all.filter(suits).map((entry) => ({ label: entry.name, description: vscode.l10n.t("{0}, step {1}", entry.state, entry.step), entry }));
  if (items.length === 0) throw new PromptTuningError("usage", none);
  const picked = many ? await vscode.window.showQuickPick(items, { title, canPickMany: true }) : await vscode.window.showQuickPick(items, { title });
  return [picked ?? []].flat().map(({ entry }) => entry);
}

function pathsOf([first, selection]: readonly unknown[]): string[] {
  const rows = Array.isArray(selection) && selection.length > 0 ? selection : [first];
  return rows.flatMap((row) => (typeof row === "string" ? [row] : isRunRow(row) ? [row.path] : []));
}

function isRunRow(row: unknown): row is RunRow {
  return typeof row === "object" && row !== null && "kind" in row && row.kind === "run" && "path" in row && typeof row.path === "string";
}
