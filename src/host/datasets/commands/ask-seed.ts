import * as vscode from "vscode";

/** Asks for the seed of what is drawn. Undefined: left. */
export async function askSeed(): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t("Seed"),
    prompt: vscode.l10n.t("The same seed always draws the same rows."),
    value: "1",
    ignoreFocusOut: true,
    validateInput: (value) => (/^-?\d{1,9}$/.test(value.trim()) ? undefined : vscode.l10n.t("A whole number of at most nine digits.")),
  });
  return text === undefined ? undefined : Number(text);
}
