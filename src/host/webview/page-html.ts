import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as vscode from "vscode";
import { pageDocument } from "./page-document.js";

/** The folder of `out/webview` that a page is built into. */
export type PageName = "run-view" | "compare-view" | "inspector" | "playground" | "dataset-view";

/** Where a page's files may come from. */
export function pageRoots(extensionUri: vscode.Uri): vscode.Uri[] {
  return [vscode.Uri.joinPath(extensionUri, "out", "webview")];
}

/** The document of a page, for this webview. */
export async function pageHtml(extensionUri: vscode.Uri, webview: vscode.Webview, page: PageName, title: string): Promise<string> {
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, "out", "webview", name)).toString();
  return pageDocument({
    nonce: randomBytes(18).toString("base64"),
    source: webview.cspSource,
    script: file(`${page}.js`),
    styleSheet: file(`${page}.css`),
    title,
    language: vscode.env.language,
    translations: await translations(),
  });
}

/** The bundle of the person's language as JSON; "{}" for English. */
async function translations(): Promise<string> {
  if (!vscode.l10n.uri) return "{}";
  try {
    return JSON.stringify(JSON.parse(await readFile(vscode.l10n.uri.fsPath, "utf8")));
  } catch {
    return "{}";
  }
}
