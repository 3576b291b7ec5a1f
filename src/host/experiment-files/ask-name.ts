import { access } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";

/** Asks for the name of an experiment that is not taken in its folder. Undefined: left. */
export async function askExperimentName(folder: string | undefined, suggestion: string): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t("Name of the Experiment"),
    prompt: vscode.l10n.t("It names the file and its runs."),
    value: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(suggestion) ? suggestion : "experiment",
    async validateInput(name) {
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return vscode.l10n.t("Letters, digits, '.', '_' and '-', at most 64, no spaces.");
      const taken = folder !== undefined && (await access(path.join(folder, `${name}.ptune.json`)).then(() => true, () => false));
      return taken ? vscode.l10n.t("There is a file {0} already.", `${name}.ptune.json`) : undefined;
    },
  });
}
