import * as vscode from "vscode";
import type { ColumnRole } from "../../data/description/schema.js";

/** What a column is for, for a person. */
export function roleText(role: ColumnRole): string {
  switch (role) {
    case "text":
      return vscode.l10n.t("text");
    case "pair":
      return vscode.l10n.t("second text");
    case "label":
      return vscode.l10n.t("label");
    case "input":
      return vscode.l10n.t("input");
    case "output":
      return vscode.l10n.t("output");
    case "context":
      return vscode.l10n.t("retrieved context");
    case "id":
      return vscode.l10n.t("id");
    case "group":
      return vscode.l10n.t("group");
  }
}
