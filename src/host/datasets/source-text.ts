import * as vscode from "vscode";
import type { DataSource } from "../../data/description/schema.js";

/** Where the rows of a data set are, in a line. */
export function sourceText(source: DataSource): string {
  switch (source.type) {
    case "files":
      return source.files.length === 1 ? vscode.l10n.t("From {0}", source.files[0].path) : vscode.l10n.t("From {0} files: {1}", source.files.length, source.files.slice(0, 6).map(({ path }) => path).join(", "));
    case "hub":
      return vscode.l10n.t("From the hub: {0} at {1}", source.repo, source.revision.slice(0, 10));
    case "sample":
      return vscode.l10n.t("Sample {0}", source.sample);
  }
}
