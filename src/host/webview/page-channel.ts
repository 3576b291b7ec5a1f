import type * as vscode from "vscode";
import type { Channel } from "../../protocol/channel.js";

/** The messages of one webview. */
export class PageChannel implements Channel {
  private readonly closeListeners: (() => void)[] = [];
  private readonly subscriptions: vscode.Disposable[] = [];

  constructor(private readonly webview: vscode.Webview) {}

  send(message: unknown): void {
    // Answered false where the page is hidden: it asks for everything when it is shown again.
    this.webview.postMessage(message).then(undefined, () => this.close());
  }

  onMessage(listener: (message: unknown) => void): void {
    this.subscriptions.push(this.webview.onDidReceiveMessage(listener));
  }

  onClose(listener: () => void): void {
    this.closeListeners.push(listener);
  }

  close(): void {
    for (const each of this.subscriptions.splice(0)) each.dispose();
    for (const each of this.closeListeners.splice(0)) each();
  }
}
