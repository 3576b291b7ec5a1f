import path from "node:path";
import * as vscode from "vscode";
import { inspectedPlace } from "../../inspection/inspected-prompt.js";
import { inspectorHostContract, inspectorPageContract, type InspectorHostContract, type InspectorPageContract, type Subject } from "../../protocol/webview/inspector.js";
import type { Peer } from "../../protocol/peer.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { Services } from "../services.js";
import { openPage } from "../webview/open-page.js";
import { handlePageCalls } from "../webview/page-handlers.js";
import { inspectorConversation } from "./conversation.js";

export interface InspectorSetting {
  /** A run's folder, an adapter's, or a safetensors file. */
  readonly path: string;
  /** Whether the panel is ours to name: an editor is named after its file. */
  readonly named: boolean;
}

/** Fills a panel, or an editor, with the inspector of one prompt. */
export async function showInspector(services: Services, panel: vscode.WebviewPanel, { path: place, named }: InspectorSetting): Promise<void> {
  const { backend, runs, context, log } = services;
  let peer: Peer<InspectorHostContract, InspectorPageContract> | undefined;
  let read: string | undefined;
  const look = (): void => {
    if (read === undefined || stateOf(services, place) === read) return;
    read = undefined;
    peer?.notify("changed", {});
  };
  const { kind, path: found } = inspectedPlace(place);
  const folder = kind === "run" ? path.join(found, "adapter") : kind === "adapter" ? found : path.dirname(found);
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(folder), kind === "file" ? path.basename(found) : "adapter_model.safetensors"));
  const changed = (): void => peer?.notify("changed", {});
  const subscriptions = [
    watcher,
    watcher.onDidChange(changed),
    watcher.onDidCreate(changed),
    runs.onDidChange(look),
    vscode.workspace.onDidGrantWorkspaceTrust(() => peer?.notify("trusted", {})),
  ];
  panel.onDidDispose(() => subscriptions.forEach((each) => each.dispose()));
  if (named) {
    panel.title = vscode.l10n.t("Prompt of {0}", new RunFolder(place).experimentName);
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(context.extensionUri, "media", `inspector-${theme}.svg`);
    panel.iconPath = { light: icon("light"), dark: icon("dark") };
  }
  const about = (subject: Subject | undefined): string => (subject?.kind === "prompt" ? subject.path : place);
  let subject: Subject | undefined;
  peer = await openPage(services, panel, {
    page: "inspector",
    own: inspectorHostContract,
    other: inspectorPageContract,
    connect: (own) => {
      handlePageCalls(own);
      inspectorConversation(
        place,
        {
          backend,
          trusted: () => vscode.workspace.isTrusted,
          command: (name) => void vscode.commands.executeCommand(name === "manageTrust" ? "workbench.trust.manage" : `promptTuning.${name}`, name === "manageTrust" || name === "showLog" ? undefined : about(subject)),
          onRead: (now) => {
            subject = now;
            read = stateOf(services, place);
            if (now.kind === "unreadable") log.info(`The inspector cannot read ${place}: ${now.error.message} ${now.error.reason ?? ""}`);
          },
        },
        own,
      );
    },
  });
}

/** What of a run would change the picture of its prompt. */
function stateOf({ runs }: Pick<Services, "runs">, place: string): string | undefined {
  const entry = runs.find(place);
  return entry && (entry.learned === "adapter" ? "adapter" : `${entry.learned} ${entry.active ? "active" : entry.step}`);
}
