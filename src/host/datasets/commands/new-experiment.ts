import { writeFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../../common/errors.js";
import { descriptionEnding } from "../../../data/description/ending.js";
import { newExperimentText } from "../../../experiment/new-experiment.js";
import type { Experiment } from "../../../experiment/schema.js";
import type { SuggestedExperiment } from "../../../protocol/backend/dataset-shaping.js";
import type { TemplateSetting } from "../../../protocol/backend/template-preview.js";
import type { BackboneChoice } from "../../../protocol/webview/dataset-view.js";
import { askExperimentName } from "../../experiment-files/ask-name.js";
import type { Services } from "../../services.js";
import { pickModel } from "../../transfer/pick-model.js";
import { pickDataset } from "../pick-dataset.js";
import { withDataProgress } from "../with-progress.js";
import { tellClashes } from "./tell-clashes.js";

/** What the data set's page has chosen already. */
interface Chosen {
  readonly setting: TemplateSetting;
  readonly backbone: BackboneChoice | null;
}

/** Writes an experiment on a data set with defaults that suit it, and opens it: Run stands above its first line. */
export async function newExperimentFromDataset(services: Services, args: readonly unknown[]): Promise<void> {
  const { backend } = services;
  const chosen = args[1] as Chosen | undefined;
  const file = await pickDataset(services, args, vscode.l10n.t("New Experiment from Data Set"));
  if (file === undefined) return;
  const suggested = await withDataProgress(vscode.l10n.t("Looking at the data set"), (options) => backend.call("datasets/suggest", { file }, options));
  if (!suggested.setting) throw new PromptTuningError("data", vscode.l10n.t("The data set has no column to read or none to answer."), { advice: vscode.l10n.t("Say what its columns are for: Prompt Tuning: Choose Columns….") });
  const folder = path.dirname(file);
  const name = await askExperimentName(folder, path.basename(file, descriptionEnding));
  if (name === undefined) return;
  const model = chosen?.backbone ? modelFrom(chosen.backbone, folder) : relativeModel(await pickModel(services, { title: vscode.l10n.t("Backbone of the Experiment"), placeholder: vscode.l10n.t("The frozen language model that the prompt is trained for") }), folder);
  if (model === undefined) return;
  const target = path.join(folder, `${name}.ptune.json`);
  const setting = chosen?.setting;
  // "wx": a file that came into being meanwhile is not overwritten.
  await writeFile(target, newExperimentText({ name, model, data: dataOf(suggested, path.basename(file), setting) }), { flag: "wx" });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(target));
  await tellClashes(services, { file, model, folder, setting: setting ?? suggested.setting });
}

function dataOf({ columns, slots, task, labels, cut }: SuggestedExperiment, description: string, setting: TemplateSetting | undefined): Parameters<typeof newExperimentText>[0]["data"] {
  return { type: "described", description, columns, slots, task, labels, ...(cut === null ? {} : { cut }), ...(setting ? { setting } : {}) };
}

/** The backbone of the page's list, as the new file names it. */
function modelFrom({ model, folder: from }: BackboneChoice, folder: string): Experiment["model"] {
  return typeof model === "object" && "path" in model ? relativeModel({ path: path.resolve(from, model.path) }, folder)! : model;
}

function relativeModel<Model extends Experiment["model"]>(model: Model | undefined, folder: string): Experiment["model"] | undefined {
  return typeof model === "object" && "path" in model ? { path: path.relative(folder, model.path).split(path.sep).join("/") } : model;
}
