import * as vscode from "vscode";
import type { Activity } from "../../protocol/backend/jobs.js";

/** What a job is busy with, in the person's language. */
export function activityText({ kind, text, subject = "" }: Activity): string {
  switch (kind) {
    case "starting":
      return vscode.l10n.t("starting");
    case "data":
      return vscode.l10n.t("reading the data");
    case "looking-up":
      return vscode.l10n.t("looking up {0}", subject);
    case "waiting":
      return vscode.l10n.t("waiting for another process that downloads {0}", subject);
    case "downloading":
      return vscode.l10n.t("downloading {0}", subject);
    case "unpacking":
      return vscode.l10n.t("unpacking {0}", subject);
    case "checking":
      return vscode.l10n.t("checking {0}", subject);
    case "backbone":
      return vscode.l10n.t("opening the backbone");
    case "gradient":
      return vscode.l10n.t("checking the gradient");
    case "training":
      return vscode.l10n.t("training");
    case "validation":
      return vscode.l10n.t("validating");
    case "test":
      return vscode.l10n.t("testing on held-out rows");
    case "baseline":
      return subject === "" ? vscode.l10n.t("measuring the baselines") : vscode.l10n.t("measuring the baseline {0}", subject);
    case "inspection":
      return vscode.l10n.t("looking for the nearest tokens");
    case "faithfulness":
      return vscode.l10n.t("measuring the nearest tokens as a hard prompt");
    case "pausing":
      return vscode.l10n.t("pausing");
    case "stopping":
      return vscode.l10n.t("stopping");
    case "other":
      return text;
  }
}
