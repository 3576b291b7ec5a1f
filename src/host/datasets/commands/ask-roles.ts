import * as vscode from "vscode";
import type { ColumnRole } from "../../../data/description/schema.js";
import type { Roles } from "../../../protocol/backend/dataset-shaping.js";
import { roleText } from "../role-text.js";

export interface ColumnToAsk {
  readonly name: string;
  readonly role: ColumnRole | null;
  /** A cell of it. */
  readonly example: string;
}

/** What a data set can be for, with the columns each needs. */
type Purpose = "classification" | "pairs" | "generation";
const rolesOf: Readonly<Record<Purpose, readonly { readonly role: ColumnRole; readonly optional?: true }[]>> = {
  classification: [{ role: "text" }, { role: "label" }, { role: "context", optional: true }, { role: "group", optional: true }],
  pairs: [{ role: "text" }, { role: "pair" }, { role: "label" }, { role: "group", optional: true }],
  generation: [{ role: "input" }, { role: "output" }, { role: "context", optional: true }, { role: "group", optional: true }],
};

/** Lets the person confirm what the columns are for, or say it. Undefined: left. */
export async function askRoles(title: string, columns: readonly ColumnToAsk[]): Promise<Roles | undefined> {
  const guessed = columns.flatMap(({ name, role }) => (role ? [{ column: name, role }] : []));
  const items: (vscode.QuickPickItem & { readonly purpose: Purpose | "guess" })[] = [
    ...(guessed.length > 0 ? [{ purpose: "guess" as const, label: vscode.l10n.t("Use These Columns"), detail: guessed.map(({ column, role }) => `${roleText(role)}: ${column}`).join(" · "), iconPath: new vscode.ThemeIcon("check") }] : []),
    { purpose: "classification", label: vscode.l10n.t("A Text and Its Label"), description: vscode.l10n.t("choose the columns"), iconPath: new vscode.ThemeIcon("tag") },
    { purpose: "pairs", label: vscode.l10n.t("Two Texts and Their Label"), description: vscode.l10n.t("choose the columns"), iconPath: new vscode.ThemeIcon("git-compare") },
    { purpose: "generation", label: vscode.l10n.t("An Input and Its Output"), description: vscode.l10n.t("choose the columns"), iconPath: new vscode.ThemeIcon("comment") },
  ];
  const purpose = (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t("What are the columns for?"), ignoreFocusOut: true, matchOnDetail: true }))?.purpose;
  if (purpose === undefined) return undefined;
  if (purpose === "guess") return guessed;
  const roles: { column: string; role: ColumnRole }[] = [];
  for (const { role, optional } of rolesOf[purpose]) {
    const free = columns.filter(({ name }) => !roles.some((each) => each.column === name));
    if (free.length === 0 && optional) break;
    const column = await askColumn(title, role, free, optional === true);
    if (column === undefined) return undefined;
    if (column !== null) roles.push({ column, role });
  }
  return roles;
}

/** @returns null for none, undefined where the person left. */
async function askColumn(title: string, role: ColumnRole, columns: readonly ColumnToAsk[], optional: boolean): Promise<string | null | undefined> {
  const likely = columns.find((column) => column.role === role);
  const ordered = [...columns].sort((a, b) => Number(b === likely) - Number(a === likely));
  const items: (vscode.QuickPickItem & { readonly column: string | null })[] = ordered.map(({ name, example }) => ({ column: name, label: name, description: shortened(example) }));
  const none = { column: null, label: vscode.l10n.t("None"), iconPath: new vscode.ThemeIcon("dash") };
  if (optional) items.splice(likely ? 1 : 0, 0, none);
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t("Column: {0}", roleText(role)), ignoreFocusOut: true, matchOnDescription: true }))?.column;
}

export function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
