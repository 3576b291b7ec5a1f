/** A small extension that has one of each thing the page object handles; the suite beside it proves the host with it. */
"use strict";
const { spawn } = require("node:child_process");
const vscode = require("vscode");

exports.activate = function activate(context) {
  const register = (id, run) => context.subscriptions.push(vscode.commands.registerCommand(id, run));
  register("hostCheck.open", openPanel);
  register("hostCheck.ask", async () => {
    const color = await vscode.window.showQuickPick(["red", "green"], { title: "Colour" });
    const name = await vscode.window.showInputBox({ prompt: "Name" });
    const answer = await vscode.window.showInformationMessage(`${name} likes ${color}`, "Yes", "No");
    await vscode.window.showInformationMessage(`Answered ${answer}`, { modal: true }, "Done");
  });
  register("hostCheck.mark", (row) => vscode.window.showInformationMessage(`Marked ${row}`));
  // It outlives its parent: the host must end it all the same.
  register("hostCheck.child", () => spawn("sleep", ["600"], { detached: true, stdio: "ignore" }).unref());
  const status = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Left);
  status.text = "$(beaker) Host checked";
  status.show();
  const rows = Array.from({ length: 300 }, (_, i) => `row ${i}`);
  const provider = { getChildren: (row) => (row ? [] : rows), getTreeItem: (row) => Object.assign(new vscode.TreeItem(row), { description: `number ${row.slice(4)}` }) };
  context.subscriptions.push(status, vscode.window.createTreeView("hostCheck.rows", { treeDataProvider: provider }));
};

function openPanel() {
  const panel = vscode.window.createWebviewPanel("hostCheck", "Checked Panel", vscode.ViewColumn.One, { enableScripts: true });
  panel.webview.onDidReceiveMessage((text) => void panel.webview.postMessage(`${text} answered`));
  panel.webview.html = `<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-a'"></head>
<body><h1>${vscode.l10n.t("Hello, {0}", "panel")}</h1><button>Send</button><p id="answer"></p>
<script nonce="a">
const host = acquireVsCodeApi();
document.querySelector("button").addEventListener("click", () => host.postMessage("ping"));
window.addEventListener("message", (event) => { document.getElementById("answer").textContent = event.data; });
</script></body></html>`;
}
