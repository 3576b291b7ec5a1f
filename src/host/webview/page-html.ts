import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as vscode from "vscode";

/** The folder of `out/webview` that a page is built into. */
export type PageName = "run-view" | "compare-view" | "inspector" | "playground";

/** Where a page's files may come from. */
export function pageRoots(extensionUri: vscode.Uri): vscode.Uri[] {
  return [vscode.Uri.joinPath(extensionUri, "out", "webview")];
}

/** A page's document: its script and style sheet, and the translations. Nothing else may run in it, and it reaches no network. */
export async function pageHtml(extensionUri: vscode.Uri, webview: vscode.Webview, page: PageName, title: string): Promise<string> {
  const nonce = randomBytes(18).toString("base64");
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, "out", "webview", name)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}; font-src ${webview.cspSource}; img-src ${webview.cspSource} data:`;
  return `<!DOCTYPE html>
<html lang="${escape(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file(`${page}.css`)}">
<title>${escape(title)}</title>
</head>
<body>
<main id="page"></main>
<script type="application/json" id="translations">${(await translations()).replaceAll("<", "\\u003c")}</script>
<script nonce="${nonce}" src="${file(`${page}.js`)}"></script>
</body>
</html>`;
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

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
