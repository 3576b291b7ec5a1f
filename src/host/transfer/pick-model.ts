import * as vscode from "vscode";
import type { PromptSource } from "../../protocol/backend/transfer.js";
import type { Services } from "../services.js";

type Model = NonNullable<PromptSource["model"]>;
type ModelItem = vscode.QuickPickItem & { readonly model?: Model };

/** Asks which backbone: one of the catalogue, a repository of the hub typed in, or a file. Undefined: none. */
export async function pickModel({ settings }: Pick<Services, "settings">, { title, placeholder }: { readonly title: string; readonly placeholder: string }): Promise<Model | undefined> {
  const { listBackbones } = await import("../../backbone/sources/list-backbones.js");
  const { isHubName } = await import("../../backbone/sources/hub-name.js");
  const known = (await listBackbones(settings.cacheFolder)).map(
    ({ name, title: about, state }): ModelItem => ({
      model: name.includes("/") ? { hub: name } : name,
      label: name,
      iconPath: new vscode.ThemeIcon(state === "downloaded" ? "check" : "cloud-download"),
      description: state === "downloaded" ? vscode.l10n.t("downloaded") : undefined,
      detail: about || undefined,
    }),
  );
  const file: ModelItem = { label: vscode.l10n.t("A file…"), iconPath: new vscode.ThemeIcon("file"), description: ".gguf, .onnx", alwaysShow: true };
  const picker = vscode.window.createQuickPick<ModelItem>();
  Object.assign(picker, { title, placeholder, ignoreFocusOut: true, matchOnDetail: true, items: [...known, file] });
  picker.onDidChangeValue((value) => {
    const hub = value.trim();
    const typed: ModelItem = { model: { hub }, label: hub, iconPath: new vscode.ThemeIcon("cloud"), description: vscode.l10n.t("from the hub: a .gguf or .onnx model"), alwaysShow: true };
    picker.items = hub.includes("/") && isHubName(hub) ? [...known, typed, file] : [...known, file];
  });
  try {
    const chosen = await new Promise<ModelItem | undefined>((resolve) => {
      picker.onDidAccept(() => resolve(picker.selectedItems[0]));
      picker.onDidHide(() => resolve(undefined));
      picker.show();
    });
    picker.hide();
    return chosen === file ? await pickFile(title) : chosen?.model;
  } finally {
    picker.dispose();
  }
}

async function pickFile(title: string): Promise<Model | undefined> {
  const [chosen] = (await vscode.window.showOpenDialog({ title, openLabel: vscode.l10n.t("Use This Backbone"), filters: { [vscode.l10n.t("Backbone")]: ["gguf", "onnx"] } })) ?? [];
  return chosen && { path: chosen.fsPath };
}
