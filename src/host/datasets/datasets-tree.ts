import { stat } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import type { SplitName } from "../../data/dataset.js";
import type { NamedData } from "../../experiment/named-data.js";
import type { Services } from "../services.js";
import { bytesText } from "../bytes.js";

/** A data set that experiments of the workspace learn from, or one of its files. */
export type DatasetsRow =
  | { readonly kind: "dataset"; readonly data: NamedData; readonly experiments: readonly vscode.Uri[]; readonly missing: number }
  | { readonly kind: "data-file"; readonly split: SplitName; readonly path: string; readonly size: number | undefined; readonly columns: readonly string[]; readonly checked: boolean };

const mostExperiments = 500;

/** The Data Sets view: the files that the workspace's experiment files name, and the sample where one uses it. */
export class DatasetsTree implements vscode.TreeDataProvider<DatasetsRow> {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly services: Services) {}

  refresh(): void {
    this.changed.fire();
  }

  async getChildren(row?: DatasetsRow): Promise<DatasetsRow[]> {
    if (!row) return this.datasets();
    return row.kind === "dataset" ? Promise.all(row.data.files.map(({ split, path: file }) => this.file(split, file, row.data))) : [];
  }

  getTreeItem(row: DatasetsRow): vscode.TreeItem {
    return row.kind === "dataset" ? datasetItem(row) : fileItem(row);
  }

  private async datasets(): Promise<DatasetsRow[]> {
    const { readExperimentSource } = await import("../../experiment/load-experiment.js");
    const { groupData, namedData } = await import("../../experiment/named-data.js");
    const files = await vscode.workspace.findFiles("**/*.ptune.json", "**/{node_modules,.ptune}/**", mostExperiments);
    const experiments = await Promise.all(
      files.map(async (experiment) => {
        const text = await readExperimentSource(experiment.fsPath).catch((error: unknown) => void this.services.log.debug(String(error)));
        return { experiment, data: text === undefined ? undefined : namedData(text, path.dirname(experiment.fsPath)) };
      }),
    );
    return Promise.all(
      groupData(experiments).map(async ({ data, experiments }): Promise<DatasetsRow> => {
        const rows = await Promise.all(data.files.map(({ split, path: file }) => this.file(split, file, data)));
        return { kind: "dataset", data, experiments, missing: rows.filter((row) => row.checked && row.size === undefined).length };
      }),
    );
  }

  private async file(split: SplitName, file: string, { columns }: NamedData): Promise<DatasetsRow & { kind: "data-file" }> {
    // The experiments of a workspace that is not trusted may name any path: none is looked at.
    const checked = vscode.workspace.isTrusted;
    const found = checked ? await stat(file).catch(() => undefined) : undefined;
    return { kind: "data-file", split, path: file, size: found?.isFile() ? found.size : undefined, columns: Object.values(columns), checked };
  }
}

function datasetItem({ data, experiments, missing }: DatasetsRow & { kind: "dataset" }): vscode.TreeItem {
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

function splitTitle(split: SplitName): string {
  switch (split) {
    case "train":
      return vscode.l10n.t("train");
    case "validation":
      return vscode.l10n.t("validation");
    case "test":
      return vscode.l10n.t("test");
  }
}

const warning = (): vscode.ThemeIcon => new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));
