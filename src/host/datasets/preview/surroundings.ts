import path from "node:path";
import * as vscode from "vscode";
import { listBackbones } from "../../../backbone/sources/list-backbones.js";
import { readExperimentSource, readExperimentText } from "../../../experiment/load-experiment.js";
import type { Experiment } from "../../../experiment/schema.js";
import type { BackboneChoice, DatasetReady, UsingExperiment } from "../../../protocol/webview/dataset-view.js";
import { settingOfTask } from "../../../experiment/template-setting.js";
import { experimentsOf } from "../experiments-of-data.js";
import type { Services } from "../../services.js";

/** Backbones that tokens can be counted with, those of the data set's experiments first, and these experiments. */
export async function surroundingsOf(services: Pick<Services, "log" | "settings">, file: string): Promise<Pick<DatasetReady, "backbones" | "experiments">> {
  const experiments: UsingExperiment[] = [];
  const backbones = new Map<string, BackboneChoice>();
  for (const uri of await experimentsOf(services, file)) {
    const experiment = await experimentOf(uri);
    if (!experiment) continue;
    const folder = path.dirname(uri.fsPath);
    const title = titleOf(experiment.model, folder);
    backbones.set(title, { title, model: experiment.model, folder });
    experiments.push({ file: uri.fsPath, name: experiment.name, setting: settingOfTask(experiment.task), backbone: title });
  }
  for (const { name } of await listBackbones(services.settings.cacheFolder)) {
    const model = name.includes("/") ? { hub: name } : name;
    if (!backbones.has(name)) backbones.set(name, { title: name, model, folder: path.dirname(file) });
  }
  return { backbones: [...backbones.values()], experiments };
}

async function experimentOf(uri: vscode.Uri): Promise<Experiment | undefined> {
  const text = await readExperimentSource(uri.fsPath).catch(() => undefined);
  return text === undefined ? undefined : readExperimentText(text).experiment;
}

function titleOf(model: Experiment["model"], folder: string): string {
  if (typeof model === "string") return model;
  return "path" in model ? vscode.workspace.asRelativePath(path.resolve(folder, model.path)) : model.hub;
}
