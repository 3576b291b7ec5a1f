import { applyEdits, type Edit, modify, type ModificationOptions } from "jsonc-parser";
import { PromptTuningError } from "../common/errors.js";
import type { TemplateSetting } from "../protocol/backend/template-preview.js";
import { factsOfType } from "../tasks/task-facts.js";
import { JsonDocument } from "./json-document.js";

const formatting: ModificationOptions = { formattingOptions: { insertSpaces: true, tabSize: 2 } };

/** A change of a text. */
export type TextEdit = Readonly<Edit>;

/**
 * The edit that puts a template, a verbalizer and limits into an experiment's text; its comments and everything else
 * stay. Empty where it has them already.
 * @throws PromptTuningError experiment: the text is no JSON, or its task is of another type.
 */
export function settingEdits(text: string, { template, answer, verbalizer, maxTokens }: TemplateSetting): TextEdit[] {
  const document = new JsonDocument(text);
  const task = valueAt(document.value(), "task");
  if (document.syntaxProblems.length > 0 || task === undefined) throw new PromptTuningError("experiment", "The experiment file cannot be edited.", { reason: document.syntaxProblems[0]?.message ?? "It has no task.", advice: "Correct it first." });
  const type = valueAt(task, "type");
  if (factsOfType(type).answer !== answer) throw new PromptTuningError("experiment", `The experiment's task is ${String(type)}.`, { reason: `The template's answer is {${answer}}.`, advice: "Make a new experiment with it instead." });
  const words = Object.fromEntries(verbalizer.map(({ label, words: each }) => [label, each]));
  const values: [string[], unknown][] = [[["task", "template"], template]];
  if (answer === "label" && verbalizer.length > 0) values.push([["task", "verbalizer"], words]);
  if (Object.keys(maxTokens).length > 0 || valueAt(task, "maxTokens") !== undefined) values.push([["task", "maxTokens"], maxTokens]);
  const changed = values.reduce((before, [path, value]) => (JSON.stringify(valueAt(valueAt(new JsonDocument(before).value(), path[0]), path[1])) === JSON.stringify(value) ? before : applyEdits(before, modify(before, path, value, formatting))), text);
  return changed === text ? [] : [{ offset: 0, length: text.length, content: changed }];
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
