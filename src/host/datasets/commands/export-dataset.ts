import path from "node:path";
import * as vscode from "vscode";
import { descriptionEnding } from "../../../data/description/ending.js";
import { loadDescription } from "../../../data/description/load-description.js";
import { type SplitName, splitNames } from "../../../data/split-names.js";
import type { Services } from "../../services.js";
import { pickDataset } from "../pick-dataset.js";
import { splitTitle } from "../tree/row-items.js";
import { withDataProgress } from "../with-progress.js";
import { askTarget, tellWritten } from "./ask-target.js";

/** Writes the rows of a data set, or of some of its splits, into a new CSV or JSON lines file. */
export async function exportDataset(services: Services, args: readonly unknown[]): Promise<void> {
  const title = vscode.l10n.t("Export Data Set");
  const file = await pickDataset(services, args, title);
  if (file === undefined) return;
  const { description } = await loadDescription(file);
  const there = description.counts.map(({ split }) => split);
  const splits = there.length > 1 ? await askSplits(there, title) : there.length === 1 ? there : [...splitNames];
  if (!splits || splits.length === 0) return;
  const name = path.basename(file, descriptionEnding);
  const target = await askTarget(title, file, splits.length < there.length ? `${name}-${splits.join("-")}` : `${name}-export`);
  if (!target) return;
  const { rows } = await withDataProgress(vscode.l10n.t("Writing the rows"), (options) => services.backend.call("datasets/export", { file, splits, ...target }, options));
  await tellWritten(target.target, rows, "");
}

async function askSplits(there: readonly SplitName[], title: string): Promise<SplitName[] | undefined> {
  const items = there.map((split) => ({ split, label: splitTitle(split), picked: true }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t("Which splits?"), canPickMany: true, ignoreFocusOut: true }))?.map(({ split }) => split);
}
