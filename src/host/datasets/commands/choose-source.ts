import * as vscode from "vscode";
import { dataFileEndings } from "../../../data/reading/file-endings.js";

const mostFound = 200;

type SourceItem = vscode.QuickPickItem & { readonly names?: readonly string[]; readonly ask?: "files" | "folder" };

/** Asks where the rows are: files of the workspace, other files, a folder. Undefined: left. */
export async function chooseSource(): Promise<readonly string[] | undefined> {
  const endings = dataFileEndings.filter((ending) => ending !== ".json").map((ending) => ending.slice(1));
  const found = await vscode.workspace.findFiles(`**/*.{${endings.join(",")}}`, "**/{node_modules,.ptune}/**", mostFound);
  const items: SourceItem[] = [
    ...found.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), iconPath: new vscode.ThemeIcon("table"), names: [uri.fsPath] })).sort((a, b) => a.label.localeCompare(b.label)),
    { label: vscode.l10n.t("Data Files…"), description: vscode.l10n.t("one file, or one a split: train, validation, test"), iconPath: new vscode.ThemeIcon("folder-opened"), ask: "files" },
    { label: vscode.l10n.t("A Folder…"), description: vscode.l10n.t("of data files, or with a folder of text files a class"), iconPath: new vscode.ThemeIcon("folder"), ask: "folder" },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Add Data Set"), placeHolder: vscode.l10n.t("Where are the rows?"), matchOnDescription: true, ignoreFocusOut: true });
  if (!picked) return undefined;
  return picked.names ?? browse(picked.ask!);
}

async function browse(what: "files" | "folder"): Promise<readonly string[] | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Add Data Set"),
    openLabel: vscode.l10n.t("Add"),
    canSelectFiles: what === "files",
    canSelectFolders: what === "folder",
    canSelectMany: what === "files",
    ...(what === "files" ? { filters: { [vscode.l10n.t("Data files")]: dataFileEndings.map((ending) => ending.slice(1)) } } : {}),
  });
  return chosen && chosen.length > 0 ? chosen.map(({ fsPath }) => fsPath) : undefined;
}
