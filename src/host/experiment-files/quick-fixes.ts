import * as vscode from "vscode";
import { rangeOf } from "./documents.js";
import { problemSource, type Problems } from "./problems.js";

/** "Did you mean …?" with one click. */
export function createQuickFixes(problems: Problems): vscode.CodeActionProvider {
  return {
    provideCodeActions(document, range, { diagnostics }) {
      return problems.at(document, range).flatMap((problem) => {
        if (problem.replacement === undefined) return [];
        const action = new vscode.CodeAction(vscode.l10n.t("Change to {0}", problem.replacement), vscode.CodeActionKind.QuickFix);
        const place = rangeOf(document, problem);
        action.edit = new vscode.WorkspaceEdit();
        action.edit.replace(document.uri, place, problem.replacement);
        action.diagnostics = diagnostics.filter((diagnostic) => diagnostic.source === problemSource && diagnostic.range.isEqual(place));
        action.isPreferred = true;
        return [action];
      });
    },
  };
}
