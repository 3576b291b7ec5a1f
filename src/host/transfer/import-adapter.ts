import { existsSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { PromptTuningError } from "../../common/errors.js";
import { promptRootForImports } from "../prompts/prompt-roots.js";
import type { Services } from "../services.js";
import { importQuestions } from "./ask-import.js";
import { fetching } from "./fetching.js";
import { askForImport, type ImportAnswers } from "./import-steps.js";

/** Failures that another backbone may mend. */
const aboutBackbone: ReadonlySet<string> = new Set(["model", "network", "integrity", "experiment"]);

/** Takes in a prompt that was trained elsewhere: asks what its file does not say, then it appears among the prompts. */
export async function importAdapter(services: Services, [given]: readonly unknown[]): Promise<void> {
  await services.runs.load();
  const root = promptRootForImports(services);
  if (root === undefined) throw new PromptTuningError("usage", vscode.l10n.t("There is no folder to keep the prompt in."), { advice: vscode.l10n.t("Open a folder first.") });
  const source = given instanceof vscode.Uri ? given.fsPath : typeof given === "string" ? given : await pickSource();
  if (source === undefined) return;
  const facts = await services.backend.call("transfer/look", { source });
  let known = facts;
  for (;;) {
    const answers = await askForImport(known, importQuestions(services, facts), (name) => existsSync(path.join(root, name)));
    if (!answers) return;
    try {
      return await take(services, { root, source }, answers);
    } catch (error) {
      if (!(error instanceof PromptTuningError) || !aboutBackbone.has(error.kind)) throw error;
      if (!(await wantsAnotherTry(error))) return;
      // The backbone is the one answer that can be wrong and look right.
      known = { ...facts, model: null };
    }
  }
}

async function pickSource(): Promise<string | undefined> {
  const folder = vscode.l10n.t("A folder…");
  const items = [
    { label: folder, iconPath: new vscode.ThemeIcon("folder"), description: vscode.l10n.t("PEFT adapter: adapter_config.json and adapter_model.safetensors") },
    { label: vscode.l10n.t("A file…"), iconPath: new vscode.ThemeIcon("file"), description: vscode.l10n.t(".safetensors, NumPy .npy, KoboldAI .zip") },
  ];
  const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Import a prompt"), placeHolder: vscode.l10n.t("What does the prompt lie in?") });
  if (!chosen) return undefined;
  const isFolder = chosen.label === folder;
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Import a prompt"),
      openLabel: vscode.l10n.t("Import"),
      canSelectFolders: isFolder,
      canSelectFiles: !isFolder,
      filters: isFolder ? undefined : { [vscode.l10n.t("Soft prompt")]: ["safetensors", "npy", "zip"] },
    })) ?? [];
  return uri?.fsPath;
}

async function take({ backend }: Services, { root, source }: { readonly root: string; readonly source: string }, { model, ...answers }: ImportAnswers): Promise<void> {
  const { folder, notices } = await fetching(vscode.l10n.t("Importing {0}", answers.name), (options) =>
    backend.call("transfer/import", { runsRoot: path.join(path.dirname(root), "runs"), source, model: model ?? undefined, ...answers }, options),
  );
  const tryIt = vscode.l10n.t("Try It");
  const inspect = vscode.l10n.t("Inspect");
  // Not waited for: the message stays until the person has read it, the import is done.
  void vscode.window.showInformationMessage([vscode.l10n.t("Imported {0}. It is among the prompts now.", answers.name), ...notices].join(" "), tryIt, inspect).then((chosen) => {
    if (chosen === tryIt) void vscode.commands.executeCommand("promptTuning.tryPrompt", folder);
    if (chosen === inspect) void vscode.commands.executeCommand("promptTuning.inspectPrompt", folder);
  });
}

async function wantsAnotherTry(error: PromptTuningError): Promise<boolean> {
  const again = vscode.l10n.t("Choose Another Backbone…");
  return (await vscode.window.showErrorMessage(error.describe(), again)) === again;
}
