import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import type { Peer } from "../../protocol/peer.js";
import { runViewHostContract, type RunViewHostContract, runViewPageContract, type RunViewPageContract } from "../../protocol/webview/run-view.js";
import { readDetails } from "../../run-view/details.js";
import { JournalFeed } from "../../run-view/journal-feed.js";
import { readPredictionPage } from "../../run-view/prediction-page.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { RunEntry } from "../../runs/run-entry.js";
import type { Services } from "../services.js";
import { openPage } from "../webview/open-page.js";
import { handlePageCalls } from "../webview/page-handlers.js";
import { act } from "./actions.js";
import { StatusFeed } from "./status-feed.js";

type RunPeer = Peer<RunViewHostContract, RunViewPageContract>;

/** A run's page in its panel. The journal tells it what happens; the lists and jobs of this window tell its header. */
export class RunPanel {
  private readonly folder: RunFolder;
  private readonly status: StatusFeed;
  private journal: JournalFeed | undefined;
  private peer: RunPeer | undefined;

  constructor(
    private readonly services: Services,
    readonly panel: vscode.WebviewPanel,
    run: string,
  ) {
    this.folder = new RunFolder(run);
    this.status = new StatusFeed(services, this.folder, (status) => {
      this.retitle(status.entry);
      this.peer?.notify("status", status);
    });
  }

  async start(): Promise<void> {
    const { services, panel } = this;
    this.retitle(this.status.current().entry);
    // A hidden page is destroyed: nothing is sent to it, and it asks for everything when it is shown again.
    const visibility = panel.onDidChangeViewState(() => {
      if (!panel.visible) this.stopFollowing();
    });
    panel.onDidDispose(() => {
      visibility.dispose();
      this.stopFollowing();
      this.status.dispose();
    });
    await openPage(services, panel, { page: "run-view", own: runViewHostContract, other: runViewPageContract, connect: (peer) => this.connect(peer) });
  }

  private connect(peer: RunPeer): void {
    this.peer = peer;
    const { services, folder } = this;
    handlePageCalls(peer);
    peer.handle("ready", async () => {
      const details = await readDetails(folder);
      this.follow(peer);
      return { status: this.status.current(), details };
    });
    peer.handle("details", () => readDetails(folder));
    peer.handle("predictions", (page) => readPredictionPage(folder, page));
    peer.handle("act", async ({ action }) => {
      await act(services, folder, action);
      return {};
    });
    peer.handle("openFile", async ({ name }) => {
      await openFile(folder, name);
      return {};
    });
  }

  private follow(peer: RunPeer): void {
    this.stopFollowing();
    this.journal = new JournalFeed(this.folder.journal, (batch) => peer.notify("journal", batch), () => this.status.current().entry.active);
  }

  private stopFollowing(): void {
    this.journal?.dispose();
    this.journal = undefined;
  }

  private retitle({ name, state }: RunEntry): void {
    const { panel, services } = this;
    if (panel.title !== name) panel.title = name;
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(services.context.extensionUri, "media", "run-state", `${state}-${theme}.svg`);
    panel.iconPath = { light: icon("light"), dark: icon("dark") };
  }
}

/** Opens a file of the run's folder, or shows a folder where the system shows files. The page can name nothing outside. */
async function openFile(folder: RunFolder, name: string): Promise<void> {
  const file = path.join(folder.path, name);
  if (name === "" || path.basename(name) !== name || path.dirname(file) !== folder.path) throw new PromptTuningError("usage", "That is no file of the run.");
  const uri = vscode.Uri.file(file);
  const found = await vscode.workspace.fs.stat(uri);
  await vscode.commands.executeCommand(found.type & vscode.FileType.Directory ? "revealFileInOS" : "vscode.open", uri);
}
