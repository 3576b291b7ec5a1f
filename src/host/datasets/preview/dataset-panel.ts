import path from "node:path";
import * as vscode from "vscode";
import { datasetHostContract, type DatasetCommand, datasetPageContract, type DatasetHostContract, type DatasetPageContract } from "../../../protocol/webview/dataset-view.js";
import type { Peer } from "../../../protocol/peer.js";
import type { Services } from "../../services.js";
import { openPage } from "../../webview/open-page.js";
import { handlePageCalls } from "../../webview/page-handlers.js";
import { onAskedTab, takeAskedTab } from "./asked-tabs.js";
import { datasetConversation } from "./conversation.js";
import { saveTemplate } from "./save-template.js";
import { surroundingsOf } from "./surroundings.js";

/** Fills the editor of a description with the page of its data set. */
export async function showDataset(services: Services, panel: vscode.WebviewPanel, file: string): Promise<void> {
  const { backend } = services;
  let peer: Peer<DatasetHostContract, DatasetPageContract> | undefined;
  const uri = vscode.Uri.file(file);
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(path.dirname(file)), path.basename(file)));
  const changed = (): void => peer?.notify("changed", {});
  const subscriptions = [
    watcher,
    watcher.onDidChange(changed),
    watcher.onDidCreate(changed),
    vscode.workspace.onDidGrantWorkspaceTrust(() => peer?.notify("trusted", {})),
    new vscode.Disposable(
      onAskedTab(file, (tab) => {
        if (panel.visible) peer?.notify("showTab", { tab });
      }),
    ),
  ];
  panel.onDidDispose(() => subscriptions.forEach((each) => each.dispose()));
  peer = await openPage(services, panel, {
    page: "dataset-view",
    own: datasetHostContract,
    other: datasetPageContract,
    connect: (own) => {
      handlePageCalls(own);
      datasetConversation(
        file,
        {
          backend,
          trusted: () => vscode.workspace.isTrusted,
          around: () => surroundingsOf(services, file),
          takeTab: () => takeAskedTab(file),
          command: (name) => command(name, uri),
          saveTemplate,
          newExperiment: async (setting, backbone) => void (await vscode.commands.executeCommand("promptTuning.newExperimentFromDataset", uri, { setting, backbone })),
        },
        own,
      );
    },
  });
}

async function command(name: DatasetCommand, uri: vscode.Uri): Promise<void> {
  switch (name) {
    case "openAsText":
      return void (await vscode.commands.executeCommand("vscode.openWith", uri, "default"));
    case "manageTrust":
      return void (await vscode.commands.executeCommand("workbench.trust.manage"));
    case "showLog":
      return void (await vscode.commands.executeCommand("promptTuning.showLog"));
    default:
      return void (await vscode.commands.executeCommand(`promptTuning.${name}`, uri));
  }
}
