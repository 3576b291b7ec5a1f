import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import type { Services } from "../services.js";
import { promptRoots } from "./prompt-roots.js";

/** What a row of the Prompts view passes to the commands of its menu, for a prompt that was imported (a learned one passes a run's row). */
export interface PromptRow {
  readonly kind: "prompt";
  /** The adapter's folder. */
  readonly path: string;
}

/** A soft prompt a command can work on. */
export interface PromptReference {
  /** "run": the run's folder. "imported": the adapter's folder. */
  readonly path: string;
  readonly label: string;
  readonly kind: "run" | "imported";
}

export interface PickPrompts {
  /** Question above the list. */
  readonly title: string;
  /** Said when there is no prompt at all. */
  readonly none: string;
  readonly many?: boolean;
}

/**
 * The soft prompts a command is about: the rows it was called on (of the Runs or the Prompts view; a menu passes the row,
 * then the whole selection), a path or an `adapter_model.safetensors` (from a link, a page or the explorer), or what the
 * person picks among the learned and the imported ones. Empty when the person picks nothing.
 * @throws PromptTuningError kind "usage" where nothing suits.
 */
export async function pickPrompts(services: Pick<Services, "runs">, args: readonly unknown[], { title, none, many = false }: PickPrompts): Promise<PromptReference[]> {
  await services.runs.load();
  const given = targetsOf(args);
  if (given.length > 0) {
    const found = given.map((target) => resolve(services, target)).filter((reference) => reference !== undefined);
    if (found.length === 0) throw new PromptTuningError("usage", none);
    return many ? found : found.slice(0, 1);
  }
  const items = await pickItems(services);
  if (items.length === 0) throw new PromptTuningError("usage", none);
  // A page that had the focus may take it back just after the palette has closed; that must not close the question.
  const options = { title, matchOnDescription: true, ignoreFocusOut: true };
  const picked = many ? await vscode.window.showQuickPick(items, { ...options, canPickMany: true }) : await vscode.window.showQuickPick(items, options);
  return [picked ?? []].flat().flatMap((item) => ("reference" in item ? [item.reference] : []));
}

type PromptItem = vscode.QuickPickItem & { readonly reference: PromptReference };

/** Learned prompts first (newest first), then the imported ones by name. */
async function pickItems(services: Pick<Services, "runs">): Promise<PromptItem[]> {
  const { listPrompts } = await import("../../adapter/prompt-summary.js");
  const learned = services.runs.all
    .filter((entry) => entry.learned !== "nothing")
    .map((entry): PromptItem => {
      const unfinished = entry.learned === "checkpoint";
      return {
        label: entry.name,
        iconPath: new vscode.ThemeIcon(unfinished ? "history" : "sparkle"),
        description: unfinished ? vscode.l10n.t("learned until step {0}", entry.step) : vscode.l10n.t("learned"),
        reference: { kind: "run", path: entry.path, label: entry.name },
      };
    });
  const imported = (await Promise.all(promptRoots(services).map(listPrompts))).flat().map(
    (prompt): PromptItem => ({
      label: prompt.name,
      iconPath: new vscode.ThemeIcon(prompt.problem === undefined ? "package" : "warning"),
      description: [vscode.l10n.t("imported"), prompt.backbone].filter((part) => part !== undefined).join(" · "),
      detail: prompt.problem,
      reference: { kind: "imported", path: prompt.path, label: prompt.name },
    }),
  );
  return [...learned, ...imported];
}

interface Target {
  readonly kind: "run" | "prompt" | "any";
  readonly path: string;
}

function targetsOf([first, selection]: readonly unknown[]): Target[] {
  const rows = Array.isArray(selection) && selection.length > 0 ? selection : [first];
  return rows.flatMap((row): Target[] => {
    if (typeof row === "string") return [{ kind: "any", path: row }];
    if (row instanceof vscode.Uri) return row.scheme === "file" ? [{ kind: "any", path: row.fsPath }] : [];
    return isRow(row) ? [{ kind: row.kind, path: row.path }] : [];
  });
}

function isRow(row: unknown): row is { readonly kind: "run" | "prompt"; readonly path: string } {
  return typeof row === "object" && row !== null && "kind" in row && (row.kind === "run" || row.kind === "prompt") && "path" in row && typeof row.path === "string";
}

function resolve({ runs }: Pick<Services, "runs">, { kind, path: given }: Target): PromptReference | undefined {
  // A file of an adapter stands for its folder, and the adapter folder of a run for the run.
  const folder = /^adapter_(model\.safetensors|config\.json)$/.test(path.basename(given)) ? path.dirname(given) : given;
  const run = runs.find(folder) ?? (path.basename(folder) === "adapter" ? runs.find(path.dirname(folder)) : undefined);
  if (run) return run.learned === "nothing" ? undefined : { kind: "run", path: run.path, label: run.name };
  return kind === "run" ? undefined : { kind: "imported", path: folder, label: path.basename(folder) };
}
