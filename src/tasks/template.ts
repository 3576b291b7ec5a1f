/**
 * The template language: text, `{soft:N}` (N virtual tokens), `{column}` (a text of the row) and `{label}`,
 * `{output}` or `{tags}` (where the answer is scored; at the end when the template does not say). An encoder guesses a label at
 * `{mask}`, in the middle of a text that it reads whole. `{{` and `}}` stand for braces.
 */
export type TemplatePart =
  | {
      readonly type: "text";
      readonly text: string;
      /** A hard prompt put in place of a soft slot: encoded on its own, nothing moves out of it. */
      readonly hardPrompt?: true;
    }
  | { readonly type: "soft"; readonly count: number; /** Row of the soft prompt its first virtual token takes. */ readonly firstRow: number }
  | { readonly type: "column"; readonly name: string }
  | {
      readonly type: "answer";
      readonly name: AnswerSlot;
      /** Written as {mask}: an encoder guesses the label's word here, and reads what stands behind it too. */
      readonly mask?: true;
    };

export const answerSlots = ["label", "output", "tags"] as const;
export type AnswerSlot = (typeof answerSlots)[number];
/** Names that no column slot has, whatever the task: written by mistake they are the answer of another one. */
const reserved: readonly string[] = ["label", "output"] satisfies AnswerSlot[];
const maskSlot = "mask";

/** A parsed template. Holds exactly one answer part once `parseTemplate` has returned without problems. */
export interface Template {
  readonly parts: readonly TemplatePart[];
}

/** What is wrong with a template, and where. */
export interface TemplateProblem {
  readonly message: string;
  /** UTF-16 offset in the template's text, from 0. */
  readonly offset: number;
  readonly length: number;
  readonly severity: "error" | "warning";
}

/** Most virtual tokens in one slot, and in a whole template. */
export const maximumSlotTokens = 1000;
export const maximumVirtualTokens = 4000;

/** What the name of a slot that stands for a column looks like. */
export const columnSlot = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;
const softSlot = /^soft\s*(?::\s*(.*))?$/su;

/** Parses a template; problems are collected, and the parts are what could be understood. */
export function parseTemplate(source: string, answer: AnswerSlot): { readonly template: Template; readonly problems: readonly TemplateProblem[] } {
  const parts: TemplatePart[] = [];
  const problems: TemplateProblem[] = [];
  let text = "";
  let virtualTokens = 0;
  let answerEnd = -1;
  let masked = false;

  const problem = (message: string, offset: number, length: number, severity: "error" | "warning" = "error") => problems.push({ message, offset, length, severity });
  const endText = () => {
    if (text !== "") parts.push({ type: "text", text });
    text = "";
  };

  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    if ((character === "{" || character === "}") && source[at + 1] === character) {
      text += character;
      at++;
      continue;
    }
    if (character === "}") {
      problem("A '}' without a '{' before it. Write '}}' for a brace in the text.", at, 1);
      continue;
    }
    if (character !== "{") {
      text += character;
      continue;
    }
    const end = slotEnd(source, at + 1);
    if (end < 0) {
      problem("A '{' that is not closed. Close the slot with '}', or write '{{' for a brace in the text.", at, 1);
      continue;
    }
    const inside = source.slice(at + 1, end);
    const length = end + 1 - at;
    const part = readSlot(inside, answer, virtualTokens);
    if ("problem" in part) problem(part.problem, at, length);
    else {
      endText();
      if (part.type === "soft") {
        virtualTokens += part.count;
        if (answerEnd >= 0 && !masked) problem(`The soft slot stands after {${answer}}, where it cannot change the answer. Put it before.`, at, length);
        if (virtualTokens > maximumVirtualTokens) problem(`The template holds ${virtualTokens} virtual tokens; at most ${maximumVirtualTokens} are possible.`, at, length);
      }
      if (part.type === "answer") {
        if (answerEnd >= 0) problem(`{${answer}} stands twice. A template holds one answer.`, at, length);
        else answerEnd = end + 1;
        masked ||= part.mask === true;
      }
      parts.push(part);
    }
    at = end;
  }
  endText();
  if (answerEnd < 0) parts.push({ type: "answer", name: answer });
  else if (!masked && source.slice(answerEnd).trim() !== "" && !problems.some((found) => found.offset >= answerEnd))
    problem(`What stands after {${answer}} cannot change the answer and is left out.`, answerEnd, source.length - answerEnd, "warning");
  return { template: { parts }, problems };
}

/** Offset of the '}' that closes a slot opened just before `from`, or −1: another '{' or a line's end comes first. */
function slotEnd(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    if (source[at] === "}") return at;
    if (source[at] === "{" || source[at] === "\n") return -1;
  }
  return -1;
}

function readSlot(inside: string, answer: AnswerSlot, firstRow: number): TemplatePart | { readonly problem: string } {
  const soft = softSlot.exec(inside.trim());
  if (soft) {
    const count = /^\d{1,9}$/.test(soft[1] ?? "") ? Number(soft[1]) : NaN;
    if (Number.isNaN(count)) return { problem: `{${inside}} does not say how many virtual tokens. Write for example {soft:20}.` };
    if (count < 1 || count > maximumSlotTokens) return { problem: `{${inside}}: a soft slot takes 1 to ${maximumSlotTokens} virtual tokens.` };
    return { type: "soft", count, firstRow };
  }
  const name = inside.trim();
  if (name === "") return { problem: "An empty slot. Write {column}, or '{{' and '}}' for braces in the text." };
  if (!columnSlot.test(name)) return { problem: `{${inside}} is not a slot. A slot is {soft:N}, {${answer}} or the name of a column; write '{{' and '}}' for braces in the text.` };
  if (name === answer) return { type: "answer", name: answer };
  if (name === maskSlot) return answer === "label" ? { type: "answer", name: answer, mask: true } : { problem: `{${maskSlot}} stands for the label of a classification by an encoder. Here the answer is {${answer}}.` };
  if (reserved.includes(name)) return { problem: `{${name}} is the answer of another type of task. Here the answer is {${answer}}.` };
  return { type: "column", name };
}

/** Writes a template as text; `parseTemplate` reads it back to the same parts. */
export function formatTemplate(template: Template): string {
  return template.parts
    .map((part) => {
      switch (part.type) {
        case "text":
          return part.text.replace(/[{}]/g, "$&$&");
        case "soft":
          return `{soft:${part.count}}`;
        case "answer":
          return `{${part.mask ? maskSlot : part.name}}`;
        default:
          return `{${part.name}}`;
      }
    })
    .join("");
}

/** Virtual tokens of the whole template: the rows of its soft prompt. */
export function virtualTokenCount(template: Template): number {
  return template.parts.reduce((sum, part) => sum + (part.type === "soft" ? part.count : 0), 0);
}

/** Names of the columns that can change the answer, each once, in order. */
export function templateColumns(template: Template): string[] {
  const names = new Set<string>();
  for (const part of partsRead(template)) if (part.type === "column") names.add(part.name);
  return [...names];
}

/** The parts that can change the answer: in a causal model those before it; with a {mask} all, the mask's place among them. */
export function partsRead(template: Template): readonly TemplatePart[] {
  const answer = template.parts.findIndex((part) => part.type === "answer");
  return hasMask(template) ? template.parts : template.parts.slice(0, answer);
}

/** Whether the template says where an encoder guesses the answer. */
export function hasMask({ parts }: Template): boolean {
  return parts.some((part) => part.type === "answer" && part.mask === true);
}

/** The template of the zero-shot baseline: the soft slots are gone, and the text around them is one. */
export function withoutSoftSlots(template: Template): Template {
  const parts: TemplatePart[] = [];
  for (const part of template.parts) {
    const last = parts.at(-1);
    if (part.type === "soft") continue;
    if (part.type === "text" && last?.type === "text") parts[parts.length - 1] = { type: "text", text: last.text + part.text };
    else parts.push(part);
  }
  return { parts };
}

/**
 * The template of the hard-prompt baseline: the text stands where the first soft slot was, the other slots are gone.
 * The text keeps its own tokens, so that a soft prompt made of those tokens' embeddings gives the same scores.
 */
export function withHardPrompt(template: Template, text: string): Template {
  const first = template.parts.findIndex((part) => part.type === "soft");
  const before = withoutSoftSlots({ parts: template.parts.slice(0, Math.max(first, 0)) }).parts;
  const after = withoutSoftSlots({ parts: template.parts.slice(first + 1) }).parts;
  return { parts: [...before, { type: "text", text, hardPrompt: true }, ...after] };
}
