import * as vscode from "vscode";
import type { Experiment } from "../../../experiment/schema.js";
import type { TemplateSetting } from "../../../protocol/backend/template-preview.js";
import type { Services } from "../../services.js";
import { openPreview } from "../preview/open-preview.js";

interface Checked {
  readonly file: string;
  readonly model: Experiment["model"];
  readonly folder: string;
  readonly setting: TemplateSetting;
}

/** Checks the labels' words against the backbone's tokenizer, where the backbone is on this machine, and tells labels that start with the same token. */
export async function tellClashes({ backend, settings, log }: Services, { file, model, folder, setting }: Checked): Promise<void> {
  if (setting.verbalizer.length === 0 || !(await isHere(model, settings.cacheFolder))) return;
  const { clashes } = await backend.call("datasets/template", { file, model, folder, setting, from: 0, count: 1 });
  if (clashes.length === 0) return;
  log.info(`Labels that start with the same token: ${clashes.map(({ labels }) => labels.join(" and ")).join("; ")}`);
  const [{ kind, labels: [a, b] }] = clashes;
  const text = kind === "same-tokens" ? vscode.l10n.t("The labels {0} and {1} have the same words: no score can tell them apart.", a, b) : vscode.l10n.t("The labels {0} and {1} start with the same token: a second decision is needed to tell them apart.", a, b);
  const edit = vscode.l10n.t("Edit Template and Verbalizer");
  const more = clashes.length > 1 ? ` ${vscode.l10n.t("{0} more pairs do.", clashes.length - 1)}` : "";
  if ((await vscode.window.showWarningMessage(text + more, edit)) === edit) await openPreview(file, "template");
}

/** A backbone is not downloaded for a hint. */
async function isHere(model: Experiment["model"], cache: string | undefined): Promise<boolean> {
  if (typeof model === "object" && "path" in model) return true;
  const { listBackbones } = await import("../../../backbone/sources/list-backbones.js");
  const name = typeof model === "string" ? model : model.hub;
  return (await listBackbones(cache)).some((each) => each.name === name && each.state === "downloaded");
}
