import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import type { Services } from "../services.js";
import { pickPrompts } from "./pick-prompt.js";
import { promptRoots } from "./prompt-roots.js";

/** Moves imported prompts to the trash, after the person has agreed. A learned prompt goes with its run. */
export async function deletePrompts(services: Services, args: readonly unknown[]): Promise<boolean> {
  const picked = await pickPrompts(services, args, { title: vscode.l10n.t("Delete Prompt"), none: vscode.l10n.t("There is no imported prompt to delete."), many: true });
  const roots = promptRoots(services);
  const prompts = picked.filter(({ kind, path: folder }) => kind === "imported" && roots.includes(path.dirname(folder)));
  if (prompts.length === 0) {
    if (picked.length === 0) return false;
    throw new PromptTuningError("usage", vscode.l10n.t("Only imported prompts are deleted here."), { advice: vscode.l10n.t("A learned prompt belongs to its run: delete the run instead.") });
  }
  const moveToTrash = vscode.l10n.t("Move to Trash");
  const question = prompts.length === 1 ? vscode.l10n.t("Delete the prompt {0}?", prompts[0].label) : vscode.l10n.t("Delete {0} prompts?", prompts.length);
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail: vscode.l10n.t("The files go to the trash.") }, moveToTrash)) !== moveToTrash) return false;
  for (const { path: folder } of prompts) await trash(services, folder);
  return true;
}

/** Where there is no trash (a server, some drives), the person is asked whether the files may be gone for good. */
async function trash({ log }: Services, folder: string): Promise<void> {
  const uri = vscode.Uri.file(folder);
  try {
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
  } catch (error) {
    log.info(String(error));
    const remove = vscode.l10n.t("Delete Permanently");
    const answer = await vscode.window.showWarningMessage(vscode.l10n.t("{0} cannot be moved to the trash. Delete it permanently?", path.basename(folder)), { modal: true }, remove);
    if (answer === remove) await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: false });
  }
}
