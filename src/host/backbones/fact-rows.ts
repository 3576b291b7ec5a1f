import * as vscode from "vscode";
import type { ModelFacts } from "../../backbone/facts/model-facts.js";
import { bytesText } from "../bytes.js";

/** A line below a backbone: what it is, and what the reader sees of it. */
export interface FactRow {
  readonly kind: "fact";
  /** The backbone's name. */
  readonly of: string;
  readonly label: string;
  readonly value: string;
  readonly warning?: boolean;
}

/** The facts of a backbone, a row each, in the order in which a person asks. */
export function factRows(facts: ModelFacts): FactRow[] {
  const { name, family, parameters, weights, contextLength, tokenizer, licence, memory, operators, gradient, problem, usableInstead } = facts;
  const rows: FactRow[] = [];
  const add = (label: string, value: string | undefined, warning = false): void => {
    if (value !== undefined) rows.push({ kind: "fact", of: name, label, value, warning });
  };
  if (problem) add(vscode.l10n.t("Cannot be used"), [problem.message, problem.reason, problem.advice].filter((part) => part).join(" "), true);
  if (usableInstead.length > 0) add(vscode.l10n.t("Can be used instead"), usableInstead.join(", "));
  add(vscode.l10n.t("Family"), family);
  add(vscode.l10n.t("Parameters"), parameters === undefined ? undefined : vscode.l10n.t("{0} million", (parameters / 1e6).toLocaleString(vscode.env.language, { maximumFractionDigits: parameters < 1e8 ? 1 : 0 })));
  add(vscode.l10n.t("File"), facts.file ? `${facts.file}, ${bytesText(facts.bytes)}` : undefined);
  add(vscode.l10n.t("Stored as"), weights.length > 0 ? weights.map(({ type, share }) => `${type} ${percent(share)}`).join(", ") : undefined);
  add(vscode.l10n.t("Longest text"), contextLength === undefined ? undefined : vscode.l10n.t("{0} tokens", contextLength));
  add(vscode.l10n.t("Tokenizer"), tokenizer && vscode.l10n.t("{0}, {1} entries", tokenizerText(tokenizer.kind), tokenizer.vocabulary.toLocaleString(vscode.env.language)));
  add(vscode.l10n.t("Licence"), licence);
  add(vscode.l10n.t("Memory for training"), memory && memoryText(memory));
  add(vscode.l10n.t("Operators"), operators && operatorText(operators), (operators?.missing.length ?? 0) > 0);
  add(vscode.l10n.t("Gradient"), gradient ? gradientText(gradient) : facts.onDisk && !problem ? vscode.l10n.t("not checked yet") : undefined, gradient?.passed === false);
  return rows;
}

function memoryText({ bytes, vocabularyBytes, batchSize, textTokens, virtualTokens }: NonNullable<ModelFacts["memory"]>): string {
  const text = vscode.l10n.t("about {0} ({1} texts of {2} tokens, {3} virtual tokens)", bytesText(bytes), batchSize, textTokens, virtualTokens);
  return vocabularyBytes ? vscode.l10n.t("{0}, {1} more for generation", text, bytesText(vocabularyBytes)) : text;
}

export function factItem({ of, label, value, warning }: FactRow): vscode.TreeItem {
  const item = new vscode.TreeItem(label);
  item.id = `${of} ${label}`;
  item.description = value;
  item.tooltip = `${label}: ${value}`;
  if (warning) item.iconPath = new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));
  item.contextValue = "fact;";
  item.accessibilityInformation = { label: `${label}, ${value}` };
  return item;
}

function percent(share: number): string {
  return share > 0 && share < 0.005 ? "< 1 %" : `${Math.round(share * 100)} %`;
}

function tokenizerText(kind: NonNullable<ModelFacts["tokenizer"]>["kind"]): string {
  switch (kind) {
    case "byte-level-bpe":
      return vscode.l10n.t("byte-level BPE");
    case "sentencepiece":
      return vscode.l10n.t("SentencePiece BPE");
    case "other":
      return vscode.l10n.t("of its own kind");
  }
}

function operatorText({ nodes, missing }: NonNullable<ModelFacts["operators"]>): string {
  if (missing.length > 0) return vscode.l10n.t("no gradient rule for {0}", missing.map(({ operator, nodes: count }) => `${operator} (${count} ×)`).join(", "));
  return nodes === undefined ? vscode.l10n.t("every one has a gradient rule") : vscode.l10n.t("every one of {0} on the path has a gradient rule", nodes);
}

function gradientText({ passed, relativeErrors }: NonNullable<ModelFacts["gradient"]>): string {
  const errors = relativeErrors.map((error) => error.toPrecision(2)).join(", ");
  return passed ? vscode.l10n.t("agrees with differences of the loss (relative errors {0})", errors) : vscode.l10n.t("does not agree with differences of the loss (relative errors {0})", errors);
}
