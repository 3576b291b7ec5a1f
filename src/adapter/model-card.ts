import type { TaskSettings } from "../experiment/schema.js";
import { taskFacts } from "../tasks/task-facts.js";
import { parseTemplate } from "../tasks/template.js";
import type { TuningFile } from "./tuning-file.js";

/**
 * Whether PEFT, which puts a prompt in front of the text, computes what this task's template computes. In front of an
 * encoder's row stands its own begin token, unless the template writes it behind the prompt; PEFT then reads the first
 * position through the model's pooler.
 */
export function isFrontPrompt(task: TaskSettings, encoder = false): boolean {
  const { parts } = parseTemplate(task.template, taskFacts[task.type].answer).template;
  const isFront = parts[0]?.type === "soft" && parts.filter((part) => part.type === "soft").length === 1;
  if (!encoder) return isFront;
  const [, next] = parts;
  return isFront && next?.type === "text" && /^(\[CLS\]|<s>)/.test(next.text) && task.type === "classification" && task.head === "linear" && task.pooling === "pooler";
}

const indented = (text: string): string => text.split("\n").map((line) => `    ${line}`).join("\n");
/** In one line of Markdown, nothing of a name may be read as markup. */
const plain = (text: string): string => text.replace(/[\r\n]+/g, " ").replace(/[\\`*_[\]<>|#]/g, "\\$&");

/** README.md of an adapter folder. `results` are plain lines, e.g. "Accuracy on the test split: 0.95". */
export function modelCard(tuning: TuningFile, results: readonly string[], encoder = false): string {
  const { backbone, task } = tuning;
  const lines = ["---"];
  if (backbone.hubId !== undefined) lines.push(`base_model: ${JSON.stringify(backbone.hubId)}`);
  lines.push("library_name: peft", "tags:", "- prompt-tuning", "---", "");
  lines.push(`# Soft prompt for ${plain(backbone.name)}`, "");
  lines.push(`${tuning.virtualTokens} virtual tokens of width ${backbone.hiddenSize}, trained with Prompt Tuning Lab ${plain(tuning.program)} on a frozen backbone.`, "");
  if (encoder && !isFrontPrompt(task, true))
    lines.push(
      "> **PEFT will not give the results measured here.** It puts the virtual tokens before the begin token and reads the first position through the model's own pooler. `ptune predict` computes what was trained; a template like `{soft:20}[CLS]{text}[SEP]` with the pooling `pooler` is PEFT's.",
      "",
    );
  else if (!isFrontPrompt(task, encoder))
    lines.push(
      "> **The virtual tokens do not stand at the front.** PEFT puts them in front of the text and will not give the results measured here. Insert them where the template says, for example through `inputs_embeds`, or use `ptune predict`.",
      "",
    );
  lines.push("Template (`{soft:N}`: the virtual tokens; other slots: columns of the data):", "", indented(task.template), "");
  if (task.type === "classification" && task.head === "linear")
    lines.push(`A light head, kept in \`head.safetensors\`, turns the ${encoder ? `encoder's hidden states (pooling: ${task.pooling ?? "mean"}) into the labels` : "last hidden state into the labels; PEFT does not load it"}.`, "");
  if (task.type === "classification" && task.head === "verbalizer" && task.verbalizer)
    lines.push("Labels and their words:", "", ...Object.entries(task.verbalizer).map(([label, words]) => indented(`${JSON.stringify(label)}: ${JSON.stringify(words)}`)), "");
  if (task.type === "sequence-labelling" && task.verbalizer)
    lines.push(`The answer is written as a list of ${task.target}. Types and their words:`, "", ...Object.entries(task.verbalizer).map(([type, words]) => indented(`${JSON.stringify(type)}: ${JSON.stringify(words)}`)), "");
  if (results.length > 0) lines.push("Results:", "", ...results.map((line) => `- ${plain(line)}`), "");
  lines.push("Files: `adapter_config.json` and `adapter_model.safetensors` as PEFT reads them; `tuning.json` with the template, the labels and the backbone's hash.", "");
  return lines.join("\n");
}
