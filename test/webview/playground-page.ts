import { registerPlayground } from "../../src/backend-process/handlers/playground.js";
import { SessionTable } from "../../src/backend/playground/session-table.js";
import { PlaygroundConversation, type Surroundings } from "../../src/host/playground/conversation.js";
import { playgroundHostContract, playgroundPageContract } from "../../src/protocol/webview/playground.js";
import { backendPeer } from "../backend/playground/backend-peer.js";
import type { TinyRuns } from "../backend/playground/tiny-runs.js";
import type { PageBrowser, PageHost, PageHostSetting } from "./page-host.js";

type Host = PageHost<typeof playgroundHostContract, typeof playgroundPageContract>;

/** The playground's page with everything behind it but VS Code: the host's conversation, the backend's handlers, the tiny model. */
export class PlaygroundWorld {
  readonly table = new SessionTable(() => undefined);
  readonly backend: ReturnType<typeof backendPeer>;
  readonly commands: string[] = [];
  readonly around: { -readonly [Key in keyof Surroundings]: Surroundings[Key] };

  constructor(here: TinyRuns) {
    this.backend = backendPeer(here.cache, (context) => registerPlayground(context, { table: this.table }));
    const { host } = this.backend;
    this.around = {
      backend: { call: (name, params, options) => host.call(name, params, options) },
      trusted: () => true,
      pick: async () => [],
      command: (name, prompt) => void this.commands.push(`${name} ${prompt ?? ""}`.trim()),
      onShows: () => undefined,
      onRead: () => undefined,
    };
  }

  async open(browser: PageBrowser, prompts: readonly string[], setting: Partial<PageHostSetting<typeof playgroundHostContract, typeof playgroundPageContract>> = {}): Promise<Host & { conversation: PlaygroundConversation }> {
    const conversation = new PlaygroundConversation(prompts, this.around);
    const page = await browser.open({ page: "playground", own: playgroundHostContract, other: playgroundPageContract, connect: (peer) => conversation.connect(peer), title: "Playground", ...setting });
    return Object.assign(page, { conversation });
  }

  async close(): Promise<void> {
    await this.table.closeAll();
    this.backend.close();
  }
}
