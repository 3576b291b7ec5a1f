import * as vscode from "vscode";
import { bytesText } from "../bytes.js";
import type { Services } from "../services.js";

type NamedItem = vscode.QuickPickItem & { readonly name: string };

/** Asks which backbone to download: one of the catalogue, or the hub's name typed in. Undefined: none. */
export async function pickBackbone({ settings }: Services): Promise<string | undefined> {
  const { listBackbones } = await import("../../backbone/sources/list-backbones.js");
  const { isHubName } = await import("../../backbone/sources/hub-name.js");
  const known = (await listBackbones(settings.cacheFolder)).map(
    ({ name, title, size, state, licence }): NamedItem => ({
      name,
      label: name,
      iconPath: new vscode.ThemeIcon(state === "downloaded" ? "check" : "cloud-download"),
      description: state === "downloaded" ? vscode.l10n.t("downloaded") : state === "partial" ? vscode.l10n.t("downloaded in part; goes on") : bytesText(size),
      detail: [title, licence].filter((part) => part).join(" · ") || undefined,
    }),
  );
  const picker = vscode.window.createQuickPick<NamedItem>();
  picker.title = vscode.l10n.t("Download Backbone");
  picker.placeholder = vscode.l10n.t("Choose one, or type the name of a repository of the hub: owner/name");
  picker.matchOnDetail = true;
  picker.items = known;
  picker.onDidChangeValue((value) => {
    const name = value.trim();
    const typed: NamedItem = { name, label: name, iconPath: new vscode.ThemeIcon("cloud"), description: vscode.l10n.t("from the hub: a .gguf or .onnx model"), alwaysShow: true };
    picker.items = name.includes("/") && isHubName(name) && !known.some((item) => item.name === name) ? [...known, typed] : known;
  });
  try {
    return await new Promise<string | undefined>((resolve) => {
      picker.onDidAccept(() => resolve(picker.selectedItems[0]?.name));
      picker.onDidHide(() => resolve(undefined));
      picker.show();
    });
  } finally {
    picker.dispose();
  }
}
