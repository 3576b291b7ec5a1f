import * as vscode from "vscode";
import type { Services } from "../services.js";
import { registerCommand } from "../show-error.js";
import { BackboneFacts } from "./backbone-facts.js";
import { type BackboneRow, BackbonesTree } from "./backbones-tree.js";
import { Fetches } from "./fetches.js";

/** The Backbones view and its commands. */
export function registerBackbones(services: Services): vscode.Disposable {
  const fetches = new Fetches(services);
  const facts = new BackboneFacts(services);
  const tree = new BackbonesTree(services, fetches, facts);
  const view = vscode.window.createTreeView("promptTuning.backbones", { treeDataProvider: tree });
  const refreshIfVisible = (): void => {
    if (view.visible) tree.refresh();
  };
  const states = new Map<string, string>();
  const tellTrust = (): void => {
    view.message = vscode.workspace.isTrusted ? undefined : vscode.l10n.t("This workspace is not trusted: no backbone is downloaded or loaded for it.");
  };
  tellTrust();
  return vscode.Disposable.from(
    fetches,
    view,
    view.onDidChangeVisibility(refreshIfVisible),
    fetches.onDidChange(refreshIfVisible),
    // A run fetches its backbone by itself; another window may have done so too.
    services.jobs.onDidChange(({ job, state }) => {
      if (states.get(job) === state) return;
      states.set(job, state);
      if (state === "running" || state === "finished") refreshIfVisible();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      tellTrust();
      tree.refresh();
    }),
    registerCommand(services, "downloadBackbone", async (argument) => {
      const name = isRow(argument) ? argument.backbone.name : typeof argument === "string" ? argument : await (await import("./pick-backbone.js")).pickBackbone(services);
      if (name === undefined) return;
      if (await fetches.fetch(name)) void vscode.window.showInformationMessage(vscode.l10n.t("{0} is ready.", name));
    }),
    registerCommand(services, "removeBackbone", async (argument) => {
      const name = isRow(argument) ? argument.backbone.name : typeof argument === "string" ? argument : undefined;
      if (name === undefined) return;
      const { removeBackbone } = await import("./remove-backbone.js");
      if (await removeBackbone(services, fetches, name)) tree.refresh();
    }),
    registerCommand(services, "checkBackbone", async (argument) => {
      const name = isRow(argument) ? argument.backbone.name : typeof argument === "string" ? argument : undefined;
      if (name !== undefined && (await facts.check(name))) tree.refresh();
    }),
    registerCommand(services, "refreshBackbones", () => {
      facts.forget();
      tree.refresh();
    }),
  );
}

function isRow(argument: unknown): argument is BackboneRow {
  return typeof argument === "object" && argument !== null && "kind" in argument && argument.kind === "backbone" && "backbone" in argument;
}
