import path from "node:path";
import * as vscode from "vscode";
import type { SplitName } from "../../../data/split-names.js";
import type { SplitCount } from "../../../data/description/schema.js";
import { bytesText } from "../../bytes.js";
import { nameOf } from "../described-data.js";
import { sourceText } from "../source-text.js";
import type { DatasetsRow } from "./dataset-rows.js";

const mostLabels = 4;

export function rowItem(row: DatasetsRow): vscode.TreeItem {
  switch (row.kind) {
    case "described":
      return describedItem(row);
    case "split":
      return splitItem(row);
    case "experiment":
      return experimentItem(row);
    case "named":
      return namedItem(row);
    case "data-file":
      return fileItem(row);
  }
}

function describedItem({ data, experiments }: DatasetsRow & { kind: "described" }): vscode.TreeItem {
  const { file, dataset, problem, changes } = data;
  const item = new vscode.TreeItem(nameOf(data), dataset ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None);
  item.id = `description ${file}`;
  item.resourceUri = vscode.Uri.file(file);
  item.iconPath = problem !== undefined || changes.length > 0 ? warning() : new vscode.ThemeIcon(dataset?.description.source.type === "hub" ? "cloud" : "database");
  const rows = dataset?.description.counts.reduce((sum, count) => sum + count.rows, 0) ?? 0;
  const warned = problem !== undefined ? vscode.l10n.t("cannot be read") : changes.some(({ kind }) => kind === "missing") ? vscode.l10n.t("source missing") : changes.length > 0 ? vscode.l10n.t("source changed") : undefined;
  item.description = [warned, dataset && rowsText(rows), dataset && labelsText(dataset.description.counts)].filter((part) => part).join(" · ");
  const lines = [
    problem,
    dataset && sourceText(dataset.description.source),
    ...changes.map(({ file: changed, kind }) => (kind === "missing" ? vscode.l10n.t("{0} is no longer there.", path.basename(changed)) : vscode.l10n.t("{0} has changed since it was added.", path.basename(changed)))),
    experiments.length > 0 ? vscode.l10n.t("Used by: {0}", experiments.map((uri) => vscode.workspace.asRelativePath(uri)).join(", ")) : undefined,
    vscode.workspace.asRelativePath(file),
  ];
  item.tooltip = new vscode.MarkdownString().appendText(lines.filter((line) => line !== undefined).join("\n"));
  item.command = { command: "promptTuning.previewDataset", title: vscode.l10n.t("Preview"), arguments: [vscode.Uri.file(file)] };
  item.contextValue = ["description", dataset ? "readable" : "broken", changes.length > 0 ? "changed" : "same", ""].join(";");
  item.accessibilityInformation = { label: [nameOf(data), vscode.l10n.t("data set"), item.description].join(", ") };
  return item;
}

function splitItem({ parent, count }: DatasetsRow & { kind: "split" }): vscode.TreeItem {
  const item = new vscode.TreeItem(splitTitle(count.split));
  item.id = `split ${parent.file} ${count.split}`;
  item.description = [rowsText(count.rows), labelsText([count])].filter((part) => part).join(" · ");
  item.iconPath = new vscode.ThemeIcon("table");
  item.tooltip = new vscode.MarkdownString().appendText((count.labels ?? []).slice(0, 50).map(({ label, rows }) => `${label}: ${rows.toLocaleString(vscode.env.language)}`).join("\n"));
  item.contextValue = "split;";
  return item;
}

function experimentItem({ uri }: DatasetsRow & { kind: "experiment" }): vscode.TreeItem {
  const item = new vscode.TreeItem(path.basename(uri.path, ".ptune.json"));
  item.description = vscode.workspace.asRelativePath(uri);
  item.iconPath = new vscode.ThemeIcon("beaker");
  item.command = { command: "vscode.open", title: vscode.l10n.t("Open"), arguments: [uri] };
  item.contextValue = "experiment-of-data;";
  return item;
}

function namedItem({ data, experiments, missing }: DatasetsRow & { kind: "named" }): vscode.TreeItem {
  const item = new vscode.TreeItem(data.name, data.files.length > 0 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None);
  item.id = data.key;
  item.iconPath = missing > 0 ? warning() : new vscode.ThemeIcon(data.sample ? "beaker" : "database");
  const names = experiments.map((uri) => path.basename(uri.path, ".ptune.json"));
  const used = names.length <= 3 ? names.join(", ") : vscode.l10n.t("{0} experiments", names.length);
  item.description = data.sample ? vscode.l10n.t("sample · {0}", used) : used;
  item.tooltip = new vscode.MarkdownString().appendText([data.sample?.title, data.sample && vscode.l10n.t("Labels: {0}", data.sample.labels.join(", ")), vscode.l10n.t("Used by: {0}", experiments.map((uri) => vscode.workspace.asRelativePath(uri)).join(", "))].filter((line) => line !== undefined).join("\n"));
  item.contextValue = data.sample ? "dataset;sample;" : "dataset;files;";
  return item;
}

function fileItem({ split, path: file, size, columns, checked }: DatasetsRow & { kind: "data-file" }): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.Uri.file(file));
  const missing = checked && size === undefined;
  item.label = splitTitle(split);
  item.description = [path.basename(file), missing ? vscode.l10n.t("missing") : columns.join(", "), size === undefined ? undefined : bytesText(size)].filter((part) => part).join(" · ");
  item.iconPath = missing ? warning() : new vscode.ThemeIcon("table");
  item.tooltip = missing ? vscode.l10n.t("There is no file {0}.", file) : file;
  item.contextValue = missing ? "data-file;missing;" : "data-file;";
  if (size !== undefined) item.command = { command: "vscode.open", title: vscode.l10n.t("Open"), arguments: [vscode.Uri.file(file)] };
  return item;
}

export function splitTitle(split: SplitName): string {
  switch (split) {
    case "train":
      return vscode.l10n.t("train");
    case "validation":
      return vscode.l10n.t("validation");
    case "test":
      return vscode.l10n.t("test");
  }
}

function rowsText(rows: number): string {
  return rows === 1 ? vscode.l10n.t("1 row") : vscode.l10n.t("{0} rows", rows.toLocaleString(vscode.env.language));
}

/** "ham 480, spam 480", or how many labels there are. */
function labelsText(counts: readonly SplitCount[]): string | undefined {
  const all = new Map<string, number>();
  for (const { labels } of counts) {
    if (!labels) return undefined;
    for (const { label, rows } of labels) all.set(label, (all.get(label) ?? 0) + rows);
  }
  if (all.size === 0) return undefined;
  if (all.size > mostLabels) return vscode.l10n.t("{0} labels", all.size.toLocaleString(vscode.env.language));
  return [...all].map(([label, rows]) => `${label} ${rows.toLocaleString(vscode.env.language)}`).join(", ");
}

const warning = (): vscode.ThemeIcon => new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));
