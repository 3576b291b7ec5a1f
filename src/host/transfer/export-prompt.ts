import { readdir } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import type { ExportFormatName } from "../../protocol/backend/transfer.js";
import { RunFolder } from "../../runs/run-folder.js";
import { type PromptReference, pickPrompts } from "../prompts/pick-prompt.js";
import type { Services } from "../services.js";
import { fetching } from "./fetching.js";
import { reveal } from "./reveal.js";

type FormatItem = vscode.QuickPickItem & { readonly format: ExportFormatName };

/** Writes a prompt for other programs: asks for the format and the place, and shows what became of it. */
export async function exportPrompt(services: Services, args: readonly unknown[]): Promise<void> {
  const [prompt] = await pickPrompts(services, args, { title: vscode.l10n.t("Export a prompt"), none: vscode.l10n.t("There is no prompt to export yet. Prompts appear when a run has learned something, or when you import one.") });
  if (!prompt) return;
  const format = await pickFormat(prompt);
  if (!format) return;
  const target = await pickTarget(prompt, format);
  if (!target || !(await mayReplace(target, format))) return;
  const { files, notices } = await fetching(vscode.l10n.t("Exporting {0}", prompt.label), (options) =>
    services.backend.call("transfer/export", { runsRoot: path.dirname(prompt.path), prompt: prompt.path, format, target: target.fsPath, overwrite: true }, options),
  );
  await tellDone(files, notices, format);
}

async function pickFormat(prompt: PromptReference): Promise<ExportFormatName | undefined> {
  const items: FormatItem[] = [
    { format: "peft", label: vscode.l10n.t("PEFT adapter"), description: vscode.l10n.t("folder"), detail: vscode.l10n.t("For Hugging Face's library, and for coming back here: it keeps the template and the labels.") },
    { format: "npy", label: vscode.l10n.t("NumPy array"), description: ".npy", detail: vscode.l10n.t("The vectors alone: virtual tokens × width, 32-bit floats.") },
    { format: "koboldai", label: vscode.l10n.t("KoboldAI soft prompt"), description: ".zip", detail: vscode.l10n.t("The vectors with a name, as KoboldAI and mkultra read them.") },
  ];
  if (prompt.kind === "run")
    items.push({ format: "experiment", label: vscode.l10n.t("Experiment file"), description: ".ptune.json", detail: vscode.l10n.t("How it was trained, every default written out, ready to run again.") });
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Export {0} as", prompt.label), matchOnDescription: true, matchOnDetail: true, ignoreFocusOut: true }))?.format;
}

const endings = { peft: "-peft", npy: ".npy", koboldai: ".zip", experiment: ".ptune.json" } as const;

async function pickTarget(prompt: PromptReference, format: ExportFormatName): Promise<vscode.Uri | undefined> {
  const { experimentName, id, name } = new RunFolder(prompt.path);
  const file = `${id === name ? name : `${experimentName}-${id}`}${endings[format]}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(path.dirname(path.dirname(prompt.path)));
  const filters: Record<string, string[]> | undefined =
    format === "npy" ? { [vscode.l10n.t("NumPy array")]: ["npy"] } : format === "koboldai" ? { [vscode.l10n.t("KoboldAI soft prompt")]: ["zip"] } : format === "experiment" ? { [vscode.l10n.t("Experiment file")]: ["ptune.json"] } : undefined;
  const title = format === "peft" ? vscode.l10n.t("Export to a new folder") : vscode.l10n.t("Export to a file");
  const chosen = await vscode.window.showSaveDialog({ title, saveLabel: vscode.l10n.t("Export"), defaultUri: vscode.Uri.joinPath(folder, file), filters });
  if (!chosen || format === "peft" || chosen.fsPath.toLowerCase().endsWith(endings[format])) return chosen;
  return chosen.with({ path: chosen.path + endings[format] });
}

/** The dialog has asked for a file that is there already; of a folder it knows nothing. */
async function mayReplace({ fsPath }: vscode.Uri, format: ExportFormatName): Promise<boolean> {
  if (format !== "peft") return true;
  const names = await readdir(fsPath).catch((): string[] => []);
  if (names.length === 0) return true;
  const replace = vscode.l10n.t("Replace");
  const question = vscode.l10n.t("The folder {0} is not empty. Replace the adapter's files in it?", path.basename(fsPath));
  const detail = vscode.l10n.t("Other files in it stay as they are.");
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, replace)) === replace;
}

async function tellDone([file]: readonly string[], notices: readonly string[], format: ExportFormatName): Promise<void> {
  const show = vscode.l10n.t("Reveal");
  const open = vscode.l10n.t("Open");
  const text = [vscode.l10n.t("Exported to {0}.", vscode.workspace.asRelativePath(file)), ...notices].join(" ");
  const buttons = format === "experiment" ? [open, show] : [show];
  // What a person should know about the file is no failure, but more than a line in passing.
  const chosen = await (notices.length > 0 ? vscode.window.showWarningMessage(text, ...buttons) : vscode.window.showInformationMessage(text, ...buttons));
  if (chosen === show) await reveal(vscode.Uri.file(file));
  if (chosen === open) await vscode.window.showTextDocument(vscode.Uri.file(file));
}
