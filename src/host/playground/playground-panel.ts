import path from "node:path";
import * as vscode from "vscode";
import type { Peer } from "../../protocol/peer.js";
import { playgroundHostContract, type PlaygroundHostContract, playgroundPageContract, type PlaygroundPageContract } from "../../protocol/webview/playground.js";
import { RunFolder } from "../../runs/run-folder.js";
import { pickPrompts } from "../prompts/pick-prompt.js";
import type { Services } from "../services.js";
import { openPage } from "../webview/open-page.js";
import { PlaygroundConversation } from "./conversation.js";
import { ProgressWatch } from "./progress-watch.js";

/** A playground in its panel. */
export class PlaygroundPanel {
  private readonly conversation: PlaygroundConversation;
  private readonly watch: ProgressWatch;
  private peer: Peer<PlaygroundHostContract, PlaygroundPageContract> | undefined;

  constructor(
    private readonly services: Services,
    readonly panel: vscode.WebviewPanel,
    private prompts: readonly string[],
  ) {
    const { backend, runs } = services;
    this.watch = new ProgressWatch((run) => runs.find(run), (prompt, step) => this.peer?.notify("learnedMore", { prompt, step }));
    this.conversation = new PlaygroundConversation(prompts, {
      backend,
      trusted: () => vscode.workspace.isTrusted,
      pick: () => this.pick(),
      command: (name, prompt) => void vscode.commands.executeCommand(name === "manageTrust" ? "workbench.trust.manage" : `promptTuning.${name}`, prompt),
      onShows: (shown) => this.retitle(shown),
      onRead: (read) => this.watch.note(read),
    });
  }

  async start(): Promise<void> {
    const { services, panel } = this;
    this.retitle(this.prompts);
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(services.context.extensionUri, "media", `playground-${theme}.svg`);
    panel.iconPath = { light: icon("light"), dark: icon("dark") };
    const subscriptions = [services.runs.onDidChange(() => this.watch.look()), vscode.workspace.onDidGrantWorkspaceTrust(() => this.peer?.notify("trusted", {}))];
    panel.onDidDispose(() => {
      for (const each of subscriptions) each.dispose();
      this.conversation.dispose().catch((error: unknown) => services.log.warn(`A playground was not closed: ${String(error)}`));
    });
    this.peer = await openPage(services, panel, { page: "playground", own: playgroundHostContract, other: playgroundPageContract, connect: (peer) => this.conversation.connect(peer) });
  }

  /** Whether it shows all of these prompts. */
  shows(prompts: readonly string[]): boolean {
    return prompts.every((prompt) => this.prompts.includes(prompt));
  }

  private async pick(): Promise<string[]> {
    const picked = await pickPrompts(this.services, [], { title: vscode.l10n.t("Add prompts to the playground"), none: vscode.l10n.t("There is no other prompt yet. Prompts appear when a run has learned something, or when you import one."), many: true });
    return picked.map((reference) => reference.path);
  }

  private retitle(prompts: readonly string[]): void {
    this.prompts = prompts;
    const names = [...new Set(prompts.map((prompt) => new RunFolder(prompt).experimentName || path.basename(prompt)))];
    this.panel.title = names.length === 0 ? vscode.l10n.t("Playground") : vscode.l10n.t("Playground: {0}", names.join(", "));
  }
}
