import path from "node:path";
import * as vscode from "vscode";
import type { Services } from "../../services.js";
import { descriptionEnding } from "../../../data/description/ending.js";
import { pickDataset } from "../pick-dataset.js";
import { withDataProgress } from "../with-progress.js";
import { askSeed } from "./ask-seed.js";
import { askTarget, tellWritten } from "./ask-target.js";

/** k rows of train a label (k-shot), into a new file. */
export async function sampleDataset(services: Services, args: readonly unknown[]): Promise<void> {
  const title = vscode.l10n.t("Sample k per Class");
  const file = await pickDataset(services, args, title);
  if (file === undefined) return;
  const text = await vscode.window.showInputBox({ title, prompt: vscode.l10n.t("Rows of every label, from the training rows"), value: "16", ignoreFocusOut: true, validateInput: (value) => (/^[1-9]\d{0,5}$/.test(value.trim()) ? undefined : vscode.l10n.t("A whole number from 1 to 999999.")) });
  if (text === undefined) return;
  const k = Number(text);
  const seed = await askSeed();
  if (seed === undefined) return;
  const target = await askTarget(title, file, `${path.basename(file, descriptionEnding)}-${k}-shot`);
  if (!target) return;
  const { rows, report } = await withDataProgress(vscode.l10n.t("Drawing the rows"), (options) => services.backend.call("datasets/sample", { file, k, seed, ...target }, options));
  const few = report.filter(({ taken }) => taken < k).map(({ label, taken }) => `${label} (${taken})`);
  await tellWritten(target.target, rows, few.length === 0 ? "" : vscode.l10n.t("Labels with fewer different texts: {0}.", few.slice(0, 10).join(", ")));
}
