import { listCatalogue } from "../../backbone/sources/catalogue.js";
import { taskFacts } from "../../tasks/task-facts.js";
import { parseTemplate, templateColumns, virtualTokenCount } from "../../tasks/template.js";
import { slotPlaces } from "../template-slots.js";
import type { Experiment, TaskSettings } from "../schema.js";
import type { Findings } from "./context.js";

/** Longest sequence of a backbone of the catalogue, in tokens; undefined for others, whose files say it. */
export function contextLengthOf(model: Experiment["model"] | undefined): number | undefined {
  return typeof model === "string" ? listCatalogue().find(({ name }) => name === model.toLowerCase())?.contextLength : undefined;
}

/**
 * Whether the virtual tokens and the answer fit into the backbone's context, and whether the texts can be as long as
 * task.maxTokens allows. The template's own words are not counted: that needs the tokenizer.
 */
export function checkLength(task: TaskSettings, contextLength: number, findings: Findings): void {
  const { template } = parseTemplate(task.template, taskFacts[task.type].answer);
  const virtual = virtualTokenCount(template);
  const generated = task.type === "classification" ? 0 : task.maxNewTokens;
  const context = `the backbone's context holds ${contextLength}`;
  if (virtual + generated >= contextLength) {
    const { document } = findings;
    const soft = slotPlaces(task.template).find(({ name }) => name.startsWith("soft"));
    const path = ["task", "template"];
    const words = generated > 0 ? `The ${virtual} virtual tokens and the answer's ${generated} leave no room for a text` : `The ${virtual} virtual tokens leave no room for a text`;
    findings.all.push(document.diagnostic(`${words}: ${context}.`, path, soft ? document.stringSpan(path, soft) : document.valueSpan(path)));
    return;
  }
  const room = contextLength - virtual - generated;
  const { maxRowTokens } = task;
  if (maxRowTokens !== undefined && maxRowTokens > contextLength - generated)
    findings.value(`A row cannot be that long: ${generated > 0 ? `beside the answer's ${generated}, at most ${contextLength - generated} tokens are left (${context})` : context}.`, ["task", "maxRowTokens"], { severity: "warning" });
  const limits = templateColumns(template).flatMap((slot) => (Object.hasOwn(task.maxTokens, slot) ? [{ slot, most: task.maxTokens[slot] }] : []));
  const total = limits.reduce((sum, { most }) => sum + most, 0);
  if (total <= room) return;
  const taken = generated > 0 ? `${virtual} virtual tokens and the answer's ${generated}` : `${virtual} virtual tokens`;
  const longest = limits.reduce((a, b) => (b.most > a.most ? b : a));
  findings.value(`The texts cannot be that long: beside the ${taken}, at most ${room} tokens are left (${context}). Longer texts are cut to that.`, ["task", "maxTokens", longest.slot], { severity: "warning" });
}
