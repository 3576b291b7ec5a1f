import * as vscode from "vscode";
import type { Services } from "../services.js";
import { coalesce } from "./coalesce.js";
import type { RunsView } from "./pick-run.js";
import { asFilter, isFiltering, noFilter, type RunFilter } from "./run-filter.js";
import { asOrder, type RunOrder } from "./run-order.js";
import { groupRow, jobRow, type RowText, runRow } from "./row-text.js";
import { RunTreeModel, type RunTreeNode } from "./run-tree-model.js";
import { currentSpeech } from "./speech.js";
import { stateText } from "./words.js";

export const runsView = "promptTuning.runs";
const filterKey = "promptTuning.runFilter";
const orderKey = "promptTuning.runOrder";
/** So many experiments are unfolded at first; of more, only the first. */
const unfolded = 4;
/** Ages are told in minutes. */
const ageMilliseconds = 60_000;
const drawMilliseconds = 250;
/** VS Code draws one change after the other; a window that is busy is given no more of them before it has asked for the last one. */
const patienceMilliseconds = 2000;

/** The Runs view: experiments, below them their runs; above them what has no folder yet. */
export class RunTree implements RunsView, vscode.TreeDataProvider<RunTreeNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<RunTreeNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly model = new RunTreeModel();
  private readonly view: vscode.TreeView<RunTreeNode>;
  private readonly disposables: vscode.Disposable[];
  /** As first shown: VS Code remembers what a person folds, unless the row says otherwise later. */
  private readonly foldedAtFirst = new Map<string, boolean>();
  private readonly draw = coalesce(drawMilliseconds, () => this.update());
  private loaded = false;
  /** When rows were last told to be drawn again, until VS Code asks for one. */
  private toldAt: number | undefined;

  constructor(private readonly services: Services) {
    const { runs, jobs, baseline } = services;
    this.view = vscode.window.createTreeView(runsView, { treeDataProvider: this, canSelectMany: true, showCollapseAll: true });
    const ages = setInterval(() => this.view.visible && this.loaded && this.redrawAges(), ageMilliseconds);
    this.disposables = [
      this.changed,
      this.view,
      new vscode.Disposable(() => clearInterval(ages)),
      new vscode.Disposable(() => this.draw.dispose()),
      runs.onDidChange(this.draw),
      jobs.onDidChange(this.draw),
      baseline.onDidChange(this.draw),
    ];
    this.tellFilter();
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  get filter(): RunFilter {
    return asFilter(this.services.context.workspaceState.get(filterKey));
  }

  async setFilter(filter: RunFilter): Promise<void> {
    await this.services.context.workspaceState.update(filterKey, isFiltering(filter) ? filter : undefined);
    this.tellFilter();
    this.update();
  }

  clearFilter(): Promise<void> {
    return this.setFilter(noFilter);
  }

  get order(): RunOrder {
    return asOrder(this.services.context.workspaceState.get(orderKey));
  }

  async setOrder(order: RunOrder): Promise<void> {
    await this.services.context.workspaceState.update(orderKey, order);
    this.update();
  }

  get selectedRuns(): readonly string[] {
    return this.view.selection.flatMap((node) => (node.kind === "run" ? [node.path] : node.kind === "experiment" ? this.runsBelow(node.key) : []));
  }

  runsBelow(key: string): readonly string[] {
    return this.model.childrenOf({ kind: "experiment", key }).flatMap((node) => (node.kind === "run" ? [node.path] : []));
  }

  async reveal(runFolder: string): Promise<void> {
    const node = this.model.nodeOfRun(runFolder);
    if (node) await this.view.reveal(node, { select: true });
  }

  async getChildren(node?: RunTreeNode): Promise<RunTreeNode[]> {
    this.toldAt = undefined;
    if (node === undefined && !this.loaded) {
      await this.services.runs.loadNewest();
      this.loaded = true;
      this.refreshModel();
    }
    return [...this.model.childrenOf(node)];
  }

  getParent(node: RunTreeNode): RunTreeNode | undefined {
    return node.kind === "run" ? node.parent : undefined;
  }

  getTreeItem(node: RunTreeNode): vscode.TreeItem {
    this.toldAt = undefined;
    const text = this.textOf(node);
    if (!text) return new vscode.TreeItem("");
    const item = treeItem(node, text);
    if (node.kind === "experiment") item.collapsibleState = this.isFoldedAtFirst(node.key) ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded;
    if (node.kind === "run") item.command = { command: "promptTuning.openRun", title: vscode.l10n.t("Open Run"), arguments: [{ kind: "run", path: node.path }] };
    return item;
  }

  /** Tooltips are made for the row under the pointer only: for a thousand rows they are most of the work. */
  resolveTreeItem(item: vscode.TreeItem, node: RunTreeNode): vscode.TreeItem {
    const text = this.textOf(node);
    if (text) item.tooltip = node.kind === "run" ? new vscode.MarkdownString(text.tooltip()) : text.tooltip().replaceAll("  \n", "\n");
    return item;
  }

  private textOf(node: RunTreeNode): RowText | undefined {
    const speech = currentSpeech();
    switch (node.kind) {
      case "experiment": {
        const group = this.model.groupOf(node);
        return group && groupRow(speech, group, { showFolder: (vscode.workspace.workspaceFolders?.length ?? 0) > 1 });
      }
      case "run": {
        const run = this.model.runOf(node);
        return run && runRow(speech, run.entry, run.situation);
      }
      case "job": {
        const job = this.model.jobOf(node);
        return job && jobRow(speech, job);
      }
    }
  }

  private update(): void {
    if (!this.loaded) return;
    if (this.toldAt !== undefined && performance.now() - this.toldAt < patienceMilliseconds) return this.draw();
    const changed = this.refreshModel();
    if (changed.length > 0) this.toldAt = performance.now();
    if (changed === "everything") this.changed.fire(undefined);
    else for (const node of changed) this.changed.fire(node);
  }

  private refreshModel(): ReturnType<RunTreeModel["update"]> {
    const { runs, jobs, baseline } = this.services;
    const running = runs.all.filter(({ active }) => active).length;
    this.view.badge = running === 0 ? undefined : { value: running, tooltip: running === 1 ? vscode.l10n.t("1 run is under way") : vscode.l10n.t("{0} runs are under way", running) };
    return this.model.update({ entries: runs.all, jobs: jobs.all, baseline: baseline.run, filter: this.filter, order: this.order });
  }

  /** Only what is less than a day old changes its age within minutes. */
  private redrawAges(): void {
    for (const node of this.model.runNodes) {
      const created = Date.parse(this.model.runOf(node)?.entry.created ?? "");
      if (Date.now() - created < 86_400_000) this.changed.fire(node);
    }
  }

  private isFoldedAtFirst(key: string): boolean {
    let folded = this.foldedAtFirst.get(key);
    if (folded === undefined) this.foldedAtFirst.set(key, (folded = this.foldedAtFirst.size >= unfolded));
    return folded;
  }

  private tellFilter(): void {
    const { filter } = this;
    void vscode.commands.executeCommand("setContext", "promptTuning.runFilterActive", isFiltering(filter));
    const said = [filter.text.trim(), ...filter.states.map((state) => stateText(currentSpeech(), state))].filter((part) => part !== "").join(", ");
    this.view.message = isFiltering(filter) ? vscode.l10n.t("Only: {0}", said) : undefined;
  }
}

const idOf = (node: RunTreeNode): string => (node.kind === "experiment" ? `experiment ${node.key}` : node.kind === "run" ? `run ${node.path}` : `job ${node.job}`);

function treeItem(node: RunTreeNode, text: RowText): vscode.TreeItem {
  const item = new vscode.TreeItem(text.label);
  item.id = idOf(node);
  item.description = text.description;
  item.iconPath = new vscode.ThemeIcon(text.icon.id, text.icon.color === undefined ? undefined : new vscode.ThemeColor(text.icon.color));
  item.contextValue = text.context;
  item.accessibilityInformation = { label: text.spoken };
  return item;
}
