import * as vscode from "vscode";
import { isHubName } from "../../../backbone/sources/hub-name.js";
import { dataFileEndings } from "../../../data/reading/file-endings.js";
import { sampleFacts } from "../../../data/samples/sample-facts.js";
import type { SourceToAdd } from "../../../protocol/backend/dataset-shaping.js";

/** What a person points at: names of files or folders that are still to be looked at, or a source as it is. */
export type ChosenSource = { readonly type: "names"; readonly names: readonly string[] } | Exclude<SourceToAdd, { type: "files" }>;

const mostFound = 200;

type SourceItem = vscode.QuickPickItem & { readonly choose: () => ChosenSource | undefined | Promise<ChosenSource | undefined> };

/** Asks where the rows are: files of the workspace, other files, a folder, the hub, a sample. Undefined: left. */
export async function chooseSource(): Promise<ChosenSource | undefined> {
  const endings = dataFileEndings.filter((ending) => ending !== ".json").map((ending) => ending.slice(1));
  const found = await vscode.workspace.findFiles(`**/*.{${endings.join(",")}}`, "**/{node_modules,.ptune}/**", mostFound);
  const items: SourceItem[] = [
    ...found.map((uri): SourceItem => ({ label: vscode.workspace.asRelativePath(uri), iconPath: new vscode.ThemeIcon("table"), choose: () => ({ type: "names", names: [uri.fsPath] }) })).sort((a, b) => a.label.localeCompare(b.label)),
    { label: vscode.l10n.t("Data Files…"), description: vscode.l10n.t("one file, or one a split: train, validation, test"), iconPath: new vscode.ThemeIcon("folder-opened"), choose: () => browse("files") },
    { label: vscode.l10n.t("A Folder…"), description: vscode.l10n.t("of data files, or with a folder of text files a class"), iconPath: new vscode.ThemeIcon("folder"), choose: () => browse("folder") },
    { label: vscode.l10n.t("A Data Set of the Hub…"), description: vscode.l10n.t("Parquet files, pinned to a commit"), iconPath: new vscode.ThemeIcon("cloud-download"), choose: askHub },
    ...sampleFacts.map(({ name, title }): SourceItem => ({ label: vscode.l10n.t("Sample: {0}", name), description: title, iconPath: new vscode.ThemeIcon("beaker"), choose: () => ({ type: "sample", sample: name }) })),
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Add Data Set"), placeHolder: vscode.l10n.t("Where are the rows?"), matchOnDescription: true, ignoreFocusOut: true });
  return picked?.choose();
}

async function browse(what: "files" | "folder"): Promise<ChosenSource | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Add Data Set"),
    openLabel: vscode.l10n.t("Add"),
    canSelectFiles: what === "files",
    canSelectFolders: what === "folder",
    canSelectMany: what === "files",
    ...(what === "files" ? { filters: { [vscode.l10n.t("Data files")]: dataFileEndings.map((ending) => ending.slice(1)) } } : {}),
  });
  return chosen && chosen.length > 0 ? { type: "names", names: chosen.map(({ fsPath }) => fsPath) } : undefined;
}

/** owner/name, with :configuration and @revision behind it where they are wanted. */
async function askHub(): Promise<ChosenSource | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t("Data Set of the Hub"),
    prompt: vscode.l10n.t("owner/name, and behind it :configuration or @revision where you want another than the usual one"),
    placeHolder: "owner/name:configuration@revision",
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === "" || parseHub(value) ? undefined : vscode.l10n.t("Write it as owner/name.")),
  });
  return text === undefined ? undefined : parseHub(text);
}

function parseHub(text: string): Extract<SourceToAdd, { type: "hub" }> | undefined {
  const [, repo, config, revision] = /^\s*([^\s:@]+)(?::([^\s:@]+))?(?:@(\S+))?\s*$/.exec(text) ?? [];
  if (repo === undefined || !isHubName(repo)) return undefined;
  return { type: "hub", repo, ...(config === undefined ? {} : { config }), ...(revision === undefined ? {} : { revision }) };
}
