import * as vscode from "vscode";
import type { ListedBackbone } from "../../backbone/sources/list-backbones.js";
import { bytesText } from "../bytes.js";
import type { Services } from "../services.js";
import type { BackboneFacts } from "./backbone-facts.js";
import { factItem, type FactRow } from "./fact-rows.js";
import type { Fetches } from "./fetches.js";

/** A row of the Backbones view, and what it passes to the commands of its menu. */
export interface BackboneRow {
  readonly kind: "backbone";
  readonly backbone: ListedBackbone;
}

/**
 * The Backbones view: the catalogue, and what else was downloaded; below each what the backend process says of it. The cache folder is read by the host itself: that is a
 * few `readdir`s, works in an untrusted workspace, and starts no process. It is read when the view is shown.
 */
export class BackbonesTree implements vscode.TreeDataProvider<BackboneRow | FactRow> {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly services: Services,
    private readonly fetches: Fetches,
    private readonly facts: BackboneFacts,
  ) {}

  refresh(): void {
    this.changed.fire();
  }

  async getChildren(row?: BackboneRow | FactRow): Promise<(BackboneRow | FactRow)[]> {
    if (row) return row.kind === "backbone" ? this.facts.rows(row.backbone.name) : [];
    const { listBackbones } = await import("../../backbone/sources/list-backbones.js");
    return (await listBackbones(this.services.settings.cacheFolder)).map((backbone) => ({ kind: "backbone", backbone }));
  }

  getTreeItem(row: BackboneRow | FactRow): vscode.TreeItem {
    if (row.kind === "fact") return factItem(row);
    const { backbone } = row;
    const fetching = this.fetches.of(backbone.name);
    // Looking into a model is the backend's work, which an untrusted workspace does not start.
    const canBeAsked = backbone.state === "downloaded" && !fetching && vscode.workspace.isTrusted;
    const item = new vscode.TreeItem(backbone.name, canBeAsked ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None);
    item.id = backbone.name;
    item.iconPath = new vscode.ThemeIcon(fetching ? "loading~spin" : icons[backbone.state]);
    item.description = fetching ? percentOf(fetching.progress) : stateText(backbone);
    item.tooltip = tooltipOf(backbone);
    item.contextValue = `backbone;${fetching ? "fetching" : backbone.state};`;
    item.accessibilityInformation = { label: `${backbone.name}, ${item.description}` };
    return item;
  }
}

const icons = { absent: "cloud", partial: "cloud-download", downloaded: "chip" } as const;

function stateText({ state, size, onDisk }: ListedBackbone): string {
  switch (state) {
    case "absent":
      return vscode.l10n.t("{0}, not downloaded", bytesText(size));
    case "partial":
      return vscode.l10n.t("{0} downloaded in part", bytesText(onDisk));
    case "downloaded":
      return bytesText(onDisk);
  }
}

function percentOf(progress: { readonly done: number; readonly total?: number } | undefined): string {
  return progress?.total ? vscode.l10n.t("downloading, {0} %", Math.floor((progress.done / progress.total) * 100)) : vscode.l10n.t("downloading");
}

function tooltipOf({ name, title, size, onDisk, licence, hubId, contextLength, folder }: ListedBackbone): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown("**").appendText(title || name).appendMarkdown("**\n\n");
  const line = (label: string, value: string | undefined): void => {
    if (value !== undefined) tooltip.appendText(`${label}: ${value}`).appendMarkdown("  \n");
  };
  line(vscode.l10n.t("Size"), bytesText(size));
  if (onDisk > 0 && onDisk !== size) line(vscode.l10n.t("On this disk"), bytesText(onDisk));
  line(vscode.l10n.t("Licence"), licence);
  line(vscode.l10n.t("Hub"), hubId);
  line(vscode.l10n.t("Longest text"), contextLength === undefined ? undefined : vscode.l10n.t("{0} tokens", contextLength));
  line(vscode.l10n.t("Folder"), folder);
  return tooltip;
}
