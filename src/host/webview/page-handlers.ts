import * as vscode from "vscode";
import type { Peer } from "../../protocol/peer.js";
import type { pageCalls } from "../../protocol/webview/page-calls.js";

type PageCalls = { readonly calls: typeof pageCalls; readonly notices: Record<never, never> };

/** Answers what any page may ask for: the clipboard, and a picture to be saved. */
export function handlePageCalls(peer: Pick<Peer<PageCalls, never>, "handle">): void {
  peer.handle("copyText", async ({ text, told }) => {
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(told, 4000);
    return {};
  });
  peer.handle("savePicture", async ({ name, png }) => {
    const file = `${name.replace(/[^\p{L}\p{N} ._-]/gu, "_").trim() || "chart"}.png`;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const target = await vscode.window.showSaveDialog({ defaultUri: folder ? vscode.Uri.joinPath(folder, file) : undefined, filters: { PNG: ["png"] } });
    if (target) await vscode.workspace.fs.writeFile(target, Buffer.from(png.slice(png.indexOf(",") + 1), "base64"));
    return {};
  });
}
