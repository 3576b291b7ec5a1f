import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import { bytesText } from "../bytes.js";
import type { Services } from "../services.js";
import type { Fetches } from "./fetches.js";

/** Removes a backbone from the cache folder, after the person has agreed. @returns whether it was removed. */
export async function removeBackbone({ settings }: Services, fetches: Fetches, name: string): Promise<boolean> {
  if (fetches.of(name)) throw new PromptTuningError("usage", vscode.l10n.t("{0} is being downloaded.", name), { advice: vscode.l10n.t("Cancel the download first.") });
  const { listBackbones } = await import("../../backbone/sources/list-backbones.js");
  const { removeDownloaded } = await import("../../backbone/sources/downloaded.js");
  const found = (await listBackbones(settings.cacheFolder)).find((backbone) => backbone.name === name);
  if (!found || found.state === "absent") throw new PromptTuningError("usage", vscode.l10n.t("{0} has not been downloaded.", name));
  const remove = vscode.l10n.t("Remove");
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t("Remove {0} from this disk?", name),
    { modal: true, detail: vscode.l10n.t("{0} become free. Runs and learned prompts stay; a run that needs this backbone downloads it again.", bytesText(found.onDisk)) },
    remove,
  );
  if (answer !== remove) return false;
  const freed = await removeDownloaded(name, settings.cacheFolder);
  vscode.window.setStatusBarMessage(vscode.l10n.t("{0} is removed; {1} are free again.", name, bytesText(freed)), 5000);
  return true;
}
