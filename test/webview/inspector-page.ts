import { registerInspection } from "../../src/backend-process/handlers/inspection.js";
import { borrowBackbone } from "../../src/backend-process/open-backbones.js";
import { inspectorConversation, type Surroundings } from "../../src/host/inspector/conversation.js";
import { inspectorHostContract, inspectorPageContract } from "../../src/protocol/webview/inspector.js";
import { backendPeer } from "../backend/playground/backend-peer.js";
import type { PageBrowser, PageHost, PageHostSetting } from "./page-host.js";

type Host = PageHost<typeof inspectorHostContract, typeof inspectorPageContract>;
type Setting = Partial<PageHostSetting<typeof inspectorHostContract, typeof inspectorPageContract>>;

/** The inspector's page with everything behind it but VS Code: the host's conversation, the backend's handlers, a real model. */
export class InspectorWorld {
  readonly backend: ReturnType<typeof backendPeer>;
  readonly commands: string[] = [];
  readonly copied: string[] = [];
  readonly called: string[] = [];
  trusted = true;

  constructor(cache: string) {
    this.backend = backendPeer(cache, (context) => registerInspection(context, borrowBackbone));
  }

  open(browser: PageBrowser, path: string, setting: Setting = {}): Promise<Host> {
    const { host } = this.backend;
    const around: Surroundings = {
      backend: { call: (name, params, options) => (this.called.push(name), host.call(name, params, options)) },
      trusted: () => this.trusted,
      command: (name) => void this.commands.push(name),
      onRead: () => undefined,
    };
    return browser.open({
      page: "inspector",
      own: inspectorHostContract,
      other: inspectorPageContract,
      title: "Prompt Inspector",
      connect: (peer) => {
        peer.handle("copyText", ({ text }) => (this.copied.push(text), {}));
        inspectorConversation(path, around, peer);
      },
      ...setting,
    });
  }

  close(): void {
    this.backend.close();
  }
}
