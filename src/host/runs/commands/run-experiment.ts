import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../../common/errors.js";
import type { JobStatus } from "../../../protocol/backend/jobs.js";
import type { Services } from "../../services.js";
import { refuseUntrusted } from "./refuse.js";
import { startRuns } from "./start-runs.js";

const extension = ".ptune.json";

/** Runs the sample that the extension brings. Nothing is written into the workspace but the run itself. */
export async function runSample(services: Services): Promise<readonly JobStatus[]> {
  refuseUntrusted();
  const sizes = [
    { label: vscode.l10n.t("Quick look"), detail: vscode.l10n.t("60 steps on 480 e-mails: about two minutes, a first impression"), file: `spam-quick${extension}` },
    { label: vscode.l10n.t("Whole sample"), detail: vscode.l10n.t("300 steps on 1,636 e-mails: about five minutes, the result the README shows"), file: `spam${extension}` },
  ];
  const size = await vscode.window.showQuickPick(sizes, { title: vscode.l10n.t("Learn to tell spam from other e-mail"), ignoreFocusOut: true, placeHolder: vscode.l10n.t("The backbone (93 MB) is downloaded once") });
  if (!size) return [];
  const file = vscode.Uri.joinPath(services.context.extensionUri, "media", "demo", size.file).fsPath;
  return startRuns(services, [{ source: { type: "experiment", file }, runsRoot: services.runs.rootFor(file) }]);
}

/** Runs an experiment file: the one given (a lens, a menu of the explorer), the one in the editor, or one that is picked. */
export async function runExperiment(services: Services, args: readonly unknown[]): Promise<readonly JobStatus[]> {
  refuseUntrusted();
  const picked = await experimentFile(args[0]);
  if (!picked) return [];
  const file = (await saved(picked))?.fsPath;
  if (file === undefined) return [];
  return startRuns(services, [{ source: { type: "experiment", file }, runsRoot: services.runs.rootFor(file), experimentFile: file }]);
}

async function experimentFile(given: unknown): Promise<vscode.Uri | undefined> {
  if (given instanceof vscode.Uri) return given;
  if (typeof given === "string") return vscode.Uri.file(given);
  const open = vscode.window.activeTextEditor?.document.uri;
  const found = await vscode.workspace.findFiles(`**/*${extension}`, "{**/node_modules/**,**/.ptune/**}", 500);
  // Also one that was never saved, or lies outside of the workspace.
  if (open && open.path.endsWith(extension) && !found.some((uri) => uri.toString() === open.toString())) found.push(open);
  if (found.length === 1 && found[0].toString() === open?.toString()) return open;
  const browse = { label: vscode.l10n.t("Choose a file…"), uri: undefined };
  const items = found
    .map((uri) => ({ label: path.posix.basename(uri.path), description: path.dirname(vscode.workspace.asRelativePath(uri)).replace(/^\.$/, ""), uri }))
    .sort((a, b) => Number(b.uri.toString() === open?.toString()) - Number(a.uri.toString() === open?.toString()) || a.label.localeCompare(b.label));
  const picked = await vscode.window.showQuickPick([...items, browse], { title: vscode.l10n.t("Run an experiment"), matchOnDescription: true, ignoreFocusOut: true });
  if (!picked) return undefined;
  if (picked.uri) return picked.uri;
  const chosen = await vscode.window.showOpenDialog({ title: vscode.l10n.t("Run an experiment"), filters: { [vscode.l10n.t("Experiments")]: ["json"] } });
  return chosen?.[0];
}

/** The file as the person sees it: what is not on the disk yet is written first. Undefined when the person does not want that. */
async function saved(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  const file = document && (document.isDirty || document.isUntitled) ? await vscode.workspace.save(uri) : uri;
  if (file && file.scheme !== "file")
    throw new PromptTuningError("usage", vscode.l10n.t("{0} is not on a disk, and only files can be run.", uri.toString()), { advice: vscode.l10n.t("Save it in a folder first.") });
  return file;
}
