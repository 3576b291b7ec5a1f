import { parseTemplate, virtualTokenCount } from "../../tasks/template.js";

/** A template in an input box of one line: its line breaks are written \n, a backslash \\. */
export function toLine(template: string): string {
  return template.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

export function fromLine(line: string): string {
  return line.replace(/\\(.)/gu, (whole, character: string) => (character === "n" ? "\n" : character === "\\" ? "\\" : whole));
}

export type TaskType = "classification" | "generation";

/** A template to begin with, for a prompt of so many virtual tokens. PEFT puts them in front of the text. */
export function templateToBeginWith(virtualTokens: number, task: TaskType): string {
  return task === "classification" ? `{soft:${virtualTokens}}Text: {text}\nLabel:{label}` : `{soft:${virtualTokens}}{text}{output}`;
}

/** What is wrong with a template for a prompt of so many virtual tokens. */
export type TemplateFault = { readonly type: "problem"; readonly message: string } | { readonly type: "count"; readonly count: number } | { readonly type: "no-column" };

export function templateFault(template: string, virtualTokens: number, task: TaskType): TemplateFault | undefined {
  const { template: parsed, problems } = parseTemplate(template, task === "classification" ? "label" : "output");
  const problem = problems.find(({ severity }) => severity === "error");
  if (problem) return { type: "problem", message: problem.message };
  const count = virtualTokenCount(parsed);
  if (count !== virtualTokens) return { type: "count", count };
  return parsed.parts.some((part) => part.type === "column") ? undefined : { type: "no-column" };
}
