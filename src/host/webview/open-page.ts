import type * as vscode from "vscode";
import type { Contract } from "../../protocol/contract.js";
import { Peer } from "../../protocol/peer.js";
import type { Services } from "../services.js";
import { PageChannel } from "./page-channel.js";
import { type PageName, pageHtml, pageRoots } from "./page-html.js";

export interface PageSetting<Own extends Contract, Page extends Contract> {
  readonly page: PageName;
  /** What the host answers for this page. */
  readonly own: Own;
  /** What the page answers and listens to. */
  readonly other: Page;
  /** Registers the handlers; called before the page's script starts, so that no call of the page is missed. */
  readonly connect: (peer: Peer<Own, Page>) => void;
}

/** Fills a webview panel (a new one, a restored one, or a custom editor's) with one of our pages. */
export async function openPage<Own extends Contract, Page extends Contract>({ context, log }: Services, panel: vscode.WebviewPanel, { page, own, other, connect }: PageSetting<Own, Page>): Promise<Peer<Own, Page>> {
  panel.webview.options = { enableScripts: true, localResourceRoots: pageRoots(context.extensionUri) };
  const channel = new PageChannel(panel.webview);
  const peer = new Peer(channel, own, other, "The page", (reason) => log.warn(`Page ${page}: ${reason}`));
  connect(peer);
  panel.onDidDispose(() => peer.close());
  panel.webview.html = await pageHtml(context.extensionUri, panel.webview, page, panel.title);
  return peer;
}
