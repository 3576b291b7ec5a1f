import * as vscode from "vscode";
import { PromptTuningError } from "../../../common/errors.js";

/** What is said when nothing may run. */
export function refuseUntrusted(): void {
  if (vscode.workspace.isTrusted) return;
  throw new PromptTuningError("usage", vscode.l10n.t("Nothing is trained in a workspace that is not trusted."), {
    advice: vscode.l10n.t('Trust the workspace first ("Workspaces: Manage Workspace Trust").'),
  });
}

/** Who works on a run that is not this window's. */
export async function heldByAnother(runFolder: string): Promise<PromptTuningError> {
  const [{ RunFolder }, { findLease }, { nodeFileSystem }, { ownIdentity }] = await Promise.all([
    import("../../../runs/run-folder.js"),
    import("../../../runs/lease-file.js"),
    import("../../../runs/file-system.js"),
    import("../../../runs/process-identity.js"),
  ]);
  const folder = new RunFolder(runFolder);
  const holder = findLease(nodeFileSystem, folder.lease)?.holder;
  const where = holder && (holder.host === ownIdentity().host ? vscode.l10n.t("this machine") : holder.host.split(" ")[0]);
  return new PromptTuningError("busy", vscode.l10n.t("Another process works on the run {0}.", folder.name), {
    reason: holder && where ? vscode.l10n.t("Process {0} on {1} has had it since {2}.", holder.pid, where, new Date(holder.acquired).toLocaleString(vscode.env.language)) : undefined,
    advice: vscode.l10n.t("Stop it where it was started: in a terminal (Ctrl+C), or in another window."),
  });
}
