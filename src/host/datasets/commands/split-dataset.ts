import * as vscode from "vscode";
import { PromptTuningError } from "../../../common/errors.js";
import { columnOf, type SplitRule } from "../../../data/description/schema.js";
import { loadDescription } from "../../../data/description/load-description.js";
import type { Services } from "../../services.js";
import { pickDataset } from "../pick-dataset.js";
import { splitTitle } from "../tree/row-items.js";
import { withDataProgress } from "../with-progress.js";
import { askSeed } from "./ask-seed.js";

type RuleItem = vscode.QuickPickItem & { readonly type: SplitRule["type"] };

/** Divides the rows of a data set into train, validation and test, by a rule that stands in its description. */
export async function splitDataset(services: Services, args: readonly unknown[]): Promise<void> {
  const file = await pickDataset(services, args, vscode.l10n.t("Split Data Set"));
  if (file === undefined) return;
  const { description } = await loadDescription(file);
  if (description.source.type !== "sample" && description.source.files.every(({ split }) => split !== undefined))
    throw new PromptTuningError("usage", vscode.l10n.t("The files of this data set are its splits already."), { advice: vscode.l10n.t("Take a file's split out of the description to divide its rows by a rule.") });
  const columns = description.columns.map(({ name }) => name);
  const type = await askRule(columnOf(description, "label") !== undefined);
  if (!type) return;
  const shares = await askShares();
  if (!shares) return;
  const column = type === "grouped" ? (columnOf(description, "group") ?? (await vscode.window.showQuickPick(columns, { title: vscode.l10n.t("Which Column Groups the Rows?"), ignoreFocusOut: true }))) : undefined;
  if (type === "grouped" && column === undefined) return;
  const seed = await askSeed();
  if (seed === undefined) return;
  const rule: SplitRule = type === "grouped" ? { type, column: column!, shares, seed } : { type, shares, seed };
  const { counts } = await withDataProgress(vscode.l10n.t("Splitting {0}", description.name), (options) => services.backend.call("datasets/split", { file, rule }, options));
  const told = counts.map(({ split, rows }) => `${splitTitle(split)} ${rows.toLocaleString(vscode.env.language)}`).join(", ");
  void vscode.window.showInformationMessage(vscode.l10n.t("{0} is split: {1}. The data are as they were; the same rows always fall into the same splits.", description.name, told));
}

async function askRule(hasLabel: boolean): Promise<SplitRule["type"] | undefined> {
  const stratified: RuleItem = { type: "stratified", label: vscode.l10n.t("Stratified"), detail: vscode.l10n.t("Every label keeps its share in every split."), iconPath: new vscode.ThemeIcon("symbol-enum") };
  const items: RuleItem[] = [
    ...(hasLabel ? [stratified] : []),
    { type: "hash", label: vscode.l10n.t("By Hash"), detail: vscode.l10n.t("A row's text alone decides: it stays in its split when rows are added."), iconPath: new vscode.ThemeIcon("key") },
    { type: "grouped", label: vscode.l10n.t("Grouped"), detail: vscode.l10n.t("Rows with the same value in a column stay together, such as those of one author."), iconPath: new vscode.ThemeIcon("group-by-ref-type") },
  ];
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Split Data Set"), placeHolder: vscode.l10n.t("Equal rows fall together under every rule."), ignoreFocusOut: true, matchOnDetail: true }))?.type;
}

const sharesPattern = /^\s*(\d{1,3})\s*[/, ]\s*(\d{1,3})\s*[/, ]\s*(\d{1,3})\s*$/;

/** Percent of train, validation and test. */
async function askShares(): Promise<SplitRule["shares"] | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t("Shares of Train / Validation / Test, in Percent"),
    value: "80 / 10 / 10",
    ignoreFocusOut: true,
    validateInput: (value) => (parseShares(value) ? undefined : vscode.l10n.t("Three whole numbers that add up to 100, such as 80 / 10 / 10; train gets at least 1.")),
  });
  return text === undefined ? undefined : parseShares(text);
}

function parseShares(text: string): SplitRule["shares"] | undefined {
  const [, train, validation, test] = (sharesPattern.exec(text) ?? []).map(Number);
  return train > 0 && train + validation + test === 100 ? { train: train / 100, validation: validation / 100, test: test / 100 } : undefined;
}
