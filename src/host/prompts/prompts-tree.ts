import * as vscode from "vscode";
import type { PromptSummary } from "../../adapter/prompt-summary.js";
import type { RunEntry } from "../../runs/run-entry.js";
import type { TaskType } from "../../tasks/task-facts.js";
import { ageText, metricText } from "../runs/words.js";
import type { Services } from "../services.js";
import { promptRoots } from "./prompt-roots.js";
import type { PromptRows, PromptsRow } from "./prompt-rows.js";

/** The Prompts view: what was learned here, and what was imported. */
export class PromptsTree implements vscode.TreeDataProvider<PromptsRow> {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private rows: Promise<PromptRows> | undefined;
  /** What was learned, as the rows tell; nothing while they are being read. */
  private shown: string | undefined;

  constructor(private readonly services: Services) {}

  refresh(): void {
    this.changed.fire();
  }

  /** Where the runs have others than the rows that were given last; rows that are still being read will have them. */
  refreshIfLearned(): void {
    if (this.shown !== undefined && this.shown !== learnedIn(this.services.runs.all)) this.changed.fire();
  }

  /** As in the Runs view: made for the row under the pointer only. */
  resolveTreeItem(item: vscode.TreeItem, row: PromptsRow): vscode.TreeItem {
    item.tooltip = tooltipOf(row);
    return item;
  }

  async getChildren(row?: PromptsRow): Promise<PromptsRow[]> {
    if (row) return [];
    this.shown = undefined;
    const { runs } = this.services;
    await runs.load();
    this.shown = learnedIn(runs.all);
    this.rows ??= import("./prompt-rows.js").then((module) => new module.PromptRows());
    return (await this.rows).read(runs.all, promptRoots(this.services));
  }

  getTreeItem(row: PromptsRow): vscode.TreeItem {
    const { prompt } = row;
    const item = new vscode.TreeItem(row.kind === "run" ? row.run.experimentName : prompt.name);
    const learned = row.kind === "run";
    item.id = row.path;
    item.iconPath = prompt.problem !== undefined ? new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground")) : new vscode.ThemeIcon(learned ? "sparkle" : "package");
    item.description = [...descriptionOf(row), backboneName(prompt)].filter((part) => part).join(" · ");
    item.contextValue = `prompt;${learned ? "learned" : "imported"};`;
    item.accessibilityInformation = { label: `${String(item.label)}, ${learned ? vscode.l10n.t("learned") : vscode.l10n.t("imported")}, ${item.description}` };
    if (prompt.problem === undefined) item.command = { command: "promptTuning.inspectPrompt", title: vscode.l10n.t("Inspect"), arguments: [{ kind: row.kind, path: row.path }] };
    return item;
  }
}

/** What the rows show of the runs; their progress, which changes all the time, is none of it. */
const learnedIn = (runs: readonly RunEntry[]): string => runs.map((run) => (run.learned === "adapter" ? [run.path, run.metric?.split, run.metric?.value].join(" ") : "")).join("\0");

const speech = () => ({ l10n: vscode.l10n, language: vscode.env.language, now: Date.now() });

function descriptionOf(row: PromptsRow): (string | undefined)[] {
  const { prompt } = row;
  const length = prompt.virtualTokens === undefined ? undefined : prompt.virtualTokens === 1 ? vscode.l10n.t("1 virtual token") : vscode.l10n.t("{0} virtual tokens", prompt.virtualTokens);
  if (row.kind === "prompt") return [length];
  const { metric, seed } = row.run;
  return [metric ? metricText(speech(), metric) : undefined, length, seed === null ? undefined : vscode.l10n.t("seed {0}", seed)];
}

/** The hub's owner is left out: the name is what differs. */
function backboneName({ backbone }: PromptSummary): string | undefined {
  return backbone?.split("/").at(-1);
}

function tooltipOf(row: PromptsRow): vscode.MarkdownString {
  const { prompt } = row;
  const tooltip = new vscode.MarkdownString();
  tooltip.appendMarkdown("**").appendText(prompt.name).appendMarkdown("**\n\n");
  const line = (label: string, value: string | number | null | undefined): void => {
    if (value !== undefined && value !== null && value !== "") tooltip.appendText(`${label}: ${value}`).appendMarkdown("  \n");
  };
  if (prompt.problem !== undefined) tooltip.appendText(prompt.problem).appendMarkdown("\n\n");
  line(vscode.l10n.t("Backbone"), prompt.backbone);
  line(vscode.l10n.t("Virtual tokens"), prompt.virtualTokens === undefined ? undefined : vscode.l10n.t("{0} × {1} numbers", prompt.virtualTokens, prompt.width ?? 0));
  line(vscode.l10n.t("Task"), prompt.task && taskName(prompt.task));
  line(vscode.l10n.t("Labels"), prompt.labels?.slice(0, 12).join(", "));
  if (row.kind === "run") {
    const { metric, created } = row.run;
    if (metric) line(metric.split === "test" ? vscode.l10n.t("On the test rows") : vscode.l10n.t("On the validation rows"), metricText(speech(), metric));
    line(vscode.l10n.t("Learned"), ageText(speech(), created));
  }
  line(vscode.l10n.t("Folder"), row.path);
  return tooltip;
}

function taskName(task: TaskType): string {
  switch (task) {
    case "classification":
      return vscode.l10n.t("classification");
    case "generation":
      return vscode.l10n.t("generation");
    case "sequence-labelling":
      return vscode.l10n.t("sequence labelling");
  }
}
