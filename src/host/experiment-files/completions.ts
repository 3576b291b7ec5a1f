import * as vscode from "vscode";
import type { Completion } from "../../experiment/completion/completion.js";
import { folderOf, rangeOf } from "./documents.js";
import type { PeekCache } from "./peek-cache.js";

const kinds: Readonly<Record<Completion["kind"], vscode.CompletionItemKind>> = {
  column: vscode.CompletionItemKind.Field,
  slot: vscode.CompletionItemKind.Variable,
  label: vscode.CompletionItemKind.EnumMember,
  model: vscode.CompletionItemKind.Module,
  sample: vscode.CompletionItemKind.Value,
  file: vscode.CompletionItemKind.File,
};

/** Typed inside a text, these ask for what can follow: a slot, a value, a name, a folder's files. */
export const completionTriggers = ["{", '"', ":", "/"];

/** Columns, labels, slots, models and files; the JSON schema offers the rest. */
export function createCompletions(peeks: PeekCache): vscode.CompletionItemProvider {
  return {
    async provideCompletionItems(document, position) {
      const { completeExperiment } = await import("../../experiment/completion/complete.js");
      const { factsOf } = await import("../../experiment/completion/facts.js");
      const { firstTooDeep, JsonDocument } = await import("../../experiment/json-document.js");
      const text = document.getText();
      const folder = vscode.workspace.isTrusted ? folderOf(document) : undefined;
      const facts = folder === undefined || firstTooDeep(text) >= 0 ? nothing : factsOf(new JsonDocument(text).value(), folder, peeks.peek);
      const found = await completeExperiment(text, document.offsetAt(position), facts);
      return found.map((completion, index) => toItem(completion, index, document, position));
    },
  };
}

const nothing = { columns: async () => [], values: async () => [], rows: async () => [], files: async () => [] };

function toItem({ label, kind, insert, offset, length, detail }: Completion, index: number, document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem {
  const item = new vscode.CompletionItem({ label, description: detail }, kinds[kind]);
  const range = rangeOf(document, { offset, length });
  item.insertText = insert;
  // A range must stand on one line; what is written over several is replaced from the cursor's line on.
  item.range = range.isSingleLine ? range : new vscode.Range(position, position);
  item.filterText = document.getText(new vscode.Range(range.start, position)).startsWith('"') || kind === "slot" ? insert : label;
  item.sortText = `0${String(index).padStart(4, "0")}`;
  return item;
}
