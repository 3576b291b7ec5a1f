import path from "node:path";
import * as vscode from "vscode";

/** Experiment files, on the disk or not saved yet. */
export const experimentSelector: vscode.DocumentSelector = [
  { scheme: "file", pattern: "**/*.ptune.json" },
  { scheme: "untitled", pattern: "**/*.ptune.json" },
];

export const isExperiment = ({ uri }: vscode.TextDocument): boolean => (uri.scheme === "file" || uri.scheme === "untitled") && uri.path.endsWith(".ptune.json");

/** The folder an experiment's paths are relative to; undefined before it is saved. */
export const folderOf = ({ uri }: vscode.TextDocument): string | undefined => (uri.scheme === "file" ? path.dirname(uri.fsPath) : undefined);

export function rangeOf(document: vscode.TextDocument, { offset, length }: { readonly offset: number; readonly length: number }): vscode.Range {
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
}
