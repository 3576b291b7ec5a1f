import path from "node:path";
import * as vscode from "vscode";
import { descriptionEnding } from "../../../data/description/ending.js";
import type { Services } from "../../services.js";
import { pickDataset } from "../pick-dataset.js";
import { withDataProgress } from "../with-progress.js";
import { askSeed } from "./ask-seed.js";
import { askTarget, tellWritten } from "./ask-target.js";

/** As many rows of train of every label, into a new file. */
export async function rebalanceDataset(services: Services, args: readonly unknown[]): Promise<void> {
  const title = vscode.l10n.t("Rebalance Data Set");
  const file = await pickDataset(services, args, title);
  if (file === undefined) return;
  const items: (vscode.QuickPickItem & { readonly by: "drop" | "repeat" })[] = [
    { by: "drop", label: vscode.l10n.t("Drop Rows of Frequent Labels"), detail: vscode.l10n.t("Every label has as many rows as the rarest."), iconPath: new vscode.ThemeIcon("remove") },
    { by: "repeat", label: vscode.l10n.t("Repeat Rows of Rare Labels"), detail: vscode.l10n.t("Every label has as many rows as the most frequent; no row is lost."), iconPath: new vscode.ThemeIcon("add") },
  ];
  const by = (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t("The training rows only: held-out rows stay as they are in the world."), ignoreFocusOut: true, matchOnDetail: true }))?.by;
  if (!by) return;
  const seed = await askSeed();
  if (seed === undefined) return;
  const target = await askTarget(title, file, `${path.basename(file, descriptionEnding)}-balanced`);
  if (!target) return;
  const { rows, report } = await withDataProgress(vscode.l10n.t("Rebalancing the rows"), (options) => services.backend.call("datasets/rebalance", { file, by, seed, ...target }, options));
  const dropped = report.reduce((sum, each) => sum + each.dropped, 0);
  const repeated = report.reduce((sum, each) => sum + each.repeated, 0);
  await tellWritten(target.target, rows, vscode.l10n.t("{0} rows were dropped, {1} were repeated.", dropped.toLocaleString(vscode.env.language), repeated.toLocaleString(vscode.env.language)));
}
