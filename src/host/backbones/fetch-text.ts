import * as vscode from "vscode";
import type { FetchProgress } from "../../protocol/backend/playground.js";
import { bytesText } from "../bytes.js";

/** How far fetching a backbone is, for a person. */
export function fetchText({ phase, file, done, total }: FetchProgress): string {
  switch (phase) {
    case "looking-up":
      return vscode.l10n.t("looking up {0}", file);
    case "waiting":
      return vscode.l10n.t("waiting: another process downloads {0}", file);
    case "downloading":
      return total === undefined ? vscode.l10n.t("{0}: {1}", file, bytesText(done)) : vscode.l10n.t("{0}: {1} of {2}", file, bytesText(done), bytesText(total));
    case "unpacking":
      return vscode.l10n.t("unpacking {0}", file);
    case "checking":
      return vscode.l10n.t("checking {0}", file);
  }
}

/** Turns byte counts into the increments that VS Code's progress bar takes; a new file or phase does not run the bar again. */
export class ProgressSteps {
  private reported = 0;

  /** @returns percent to add. */
  next({ phase, done, total }: Pick<FetchProgress, "done" | "total"> & { readonly phase?: FetchProgress["phase"] }): number | undefined {
    if (phase !== "downloading" || !total) return undefined;
    const percent = Math.min(100, (done / total) * 100);
    const added = Math.max(0, percent - this.reported);
    this.reported += added;
    return added;
  }
}
