import { stat } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import type { SplitName } from "../../../data/split-names.js";
import type { NamedData } from "../../../experiment/named-data.js";
import { type DescribedData, findDescribedData } from "../described-data.js";
import { namedByExperiments } from "../experiments-of-data.js";
import type { Services } from "../../services.js";
import type { DatasetsRow } from "./dataset-rows.js";
import { rowItem } from "./row-items.js";

/** The Data Sets view: the descriptions of the workspace, and the data that its experiments name in other ways. */
export class DatasetsTree implements vscode.TreeDataProvider<DatasetsRow> {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly services: Services) {}

  refresh(): void {
    this.changed.fire();
  }

  async getChildren(row?: DatasetsRow): Promise<DatasetsRow[]> {
    if (!row) return this.datasets();
    if (row.kind === "described") return [...(row.data.dataset?.description.counts ?? []).map((count): DatasetsRow => ({ kind: "split", parent: row.data, count })), ...row.experiments.map((uri): DatasetsRow => ({ kind: "experiment", uri }))];
    return row.kind === "named" ? Promise.all(row.data.files.map(({ split, path: file }) => this.file(split, file, row.data))) : [];
  }

  getTreeItem(row: DatasetsRow): vscode.TreeItem {
    return rowItem(row);
  }

  private async datasets(): Promise<DatasetsRow[]> {
    const named = await namedByExperiments(this.services);
    const byDescription = new Map(named.flatMap(({ data, experiments }) => (data.description === undefined ? [] : [[data.description, experiments] as const])));
    const described = await findDescribedData(this.services, [...byDescription.keys()]);
    const others = await Promise.all(
      named
        .filter(({ data }) => data.description === undefined)
        .map(async ({ data, experiments }): Promise<DatasetsRow> => {
          const rows = await Promise.all(data.files.map(({ split, path: file }) => this.file(split, file, data)));
          return { kind: "named", data, experiments, missing: rows.filter((row) => row.checked && row.size === undefined).length };
        }),
    );
    return [...described.map((data: DescribedData): DatasetsRow => ({ kind: "described", data, experiments: byDescription.get(data.file) ?? [] })), ...others];
  }

  private async file(split: SplitName, file: string, { columns }: NamedData): Promise<DatasetsRow & { kind: "data-file" }> {
    // The experiments of a workspace that is not trusted may name any path: none is looked at.
    const checked = vscode.workspace.isTrusted;
    const found = checked ? await stat(path.resolve(file)).catch(() => undefined) : undefined;
    return { kind: "data-file", split, path: file, size: found?.isFile() ? found.size : undefined, columns: Object.values(columns), checked };
  }
}
