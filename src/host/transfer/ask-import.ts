import * as vscode from "vscode";
import type { Services } from "../services.js";
import type { ImportQuestions, Step } from "./import-steps.js";
import type { TaskType, TemplateFault } from "./template-line.js";
import type { VerbalizerFault } from "./verbalizer-line.js";

/** The questions of an import as input boxes and lists of VS Code. */
export function importQuestions(services: Services, facts: { readonly virtualTokens: number; readonly width: number; readonly backbone: string | null }): ImportQuestions {
  const { virtualTokens, width } = facts;
  const title = ({ step, of }: Step): string => vscode.l10n.t("Import a prompt of {0} virtual tokens ({1}/{2})", virtualTokens, step, of);
  return {
    async task(step) {
      const items: (vscode.QuickPickItem & { readonly task: TaskType })[] = [
        { task: "classification", label: vscode.l10n.t("One of a few labels"), detail: vscode.l10n.t("Each label has words; the backbone says which it finds more probable.") },
        { task: "generation", label: vscode.l10n.t("A text"), detail: vscode.l10n.t("The backbone goes on writing.") },
      ];
      return (await vscode.window.showQuickPick(items, { title: title(step), placeHolder: vscode.l10n.t("The file does not say how the prompt is used. What does it answer?"), ignoreFocusOut: true }))?.task;
    },
    template: async (step, begin, fault) =>
      vscode.window.showInputBox({
        title: title(step),
        prompt: vscode.l10n.t("The template: {0} where the virtual tokens belong, {1} where your text goes. \\n is a new line.", softSlot(virtualTokens), "{text}"),
        value: begin,
        valueSelection: [begin.length, begin.length],
        ignoreFocusOut: true,
        validateInput: (line) => templateText(fault(line), virtualTokens),
      }),
    verbalizer: async (step, fault) =>
      vscode.window.showInputBox({
        title: title(step),
        prompt: vscode.l10n.t("The labels and the words the backbone says for them."),
        placeHolder: "ham = no, spam = yes",
        ignoreFocusOut: true,
        // An empty box is no mistake yet.
        validateInput: (line) => (line.trim() === "" ? vscode.l10n.t("Write at least two labels: ham = no, spam = yes") : verbalizerText(fault(line))),
      }),
    async backbone(step) {
      return (await import("./pick-model.js")).pickModel(services, {
        title: title(step),
        placeholder:
          facts.backbone === null
            ? vscode.l10n.t("Which backbone was it trained on? Its vectors have {0} numbers.", width)
            : vscode.l10n.t("It was trained on {0}. Where is that backbone?", facts.backbone),
      });
    },
    name: async (step, begin, taken) =>
      vscode.window.showInputBox({
        title: title(step),
        prompt: vscode.l10n.t("A name for it."),
        value: begin,
        ignoreFocusOut: true,
        validateInput: (name) =>
          !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)
            ? vscode.l10n.t("Letters, digits, '.', '_' and '-' can stand in a name, at most 64; it begins with a letter or digit.")
            : taken(name)
              ? vscode.l10n.t("There is a prompt named {0} already.", name)
              : undefined,
      }),
  };
}

const softSlot = (virtualTokens: number): string => `{soft:${virtualTokens}}`;

function templateText(fault: TemplateFault | undefined, virtualTokens: number): string | undefined {
  switch (fault?.type) {
    case undefined:
      return undefined;
    case "problem":
      return fault.message;
    case "count":
      return vscode.l10n.t("The template has {0} virtual tokens, the prompt {1}: write {2}.", fault.count, virtualTokens, softSlot(virtualTokens));
    case "no-column":
      return vscode.l10n.t("Nothing of your own would go into it: write {0} where the text goes.", "{text}");
  }
}

function verbalizerText(fault: VerbalizerFault | undefined): string | undefined {
  switch (fault?.type) {
    case undefined:
      return undefined;
    case "pair":
      return vscode.l10n.t("“{0}” is not a label with its words. Write label = words.", fault.text);
    case "twice":
      return vscode.l10n.t("The label {0} stands there twice.", fault.label);
    case "few":
      return vscode.l10n.t("A second label is missing.");
  }
}
