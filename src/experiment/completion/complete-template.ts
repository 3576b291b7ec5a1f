import { contextSlot, factsOfType, tokensSlot } from "../../tasks/task-facts.js";
import { columnSlot } from "../../tasks/template.js";
import type { Completion, ExperimentFacts } from "./completion.js";
import { type CursorPlace, keysAt, valueAt } from "./place.js";

/** Slots for the template the cursor is in: columns, virtual tokens, the answer. */
export async function completeTemplate(text: string, cursor: number, place: CursorPlace, facts: ExperimentFacts): Promise<Completion[]> {
  if (!place.quoted || cursor <= place.offset) return [];
  const { offset, length } = slotAt(text, cursor, place.offset + 1);
  const { answer } = factsOfType(valueAt(place.root, ["task", "type"]));
  const mapped = keysAt(place.root, ["dataset", "columns"]);
  const columns = (mapped.length > 0 ? mapped : await facts.columns()).filter((name) => columnSlot.test(name) && name !== answer && !["label", "output", "mask"].includes(name));
  const slot = (name: string, detail: string): Completion => ({ label: `{${name}}`, kind: "slot", insert: `{${JSON.stringify(name).slice(1, -1)}}`, offset, length, detail });
  return [...columns.map((name) => slot(name, detailOf(name, answer))), slot("soft:20", "20 virtual tokens: what is trained"), slot(answer, "where the answer is scored"), ...(answer === "label" ? [slot("mask", "where an encoder guesses the label, and reads what stands behind it too")] : [])];
}

/** What a slot takes the place of: the one that is open at the cursor, up to its own closing brace; else nothing. */
function slotAt(text: string, cursor: number, from: number): { offset: number; length: number } {
  let open = -1;
  for (let at = from; at < cursor; at++) {
    if (text[at] === "{" && text[at + 1] === "{" && at + 1 < cursor) at++;
    else if (text[at] === "{") open = at;
    else if (text[at] === "}") open = -1;
  }
  if (open < 0) return { offset: cursor, length: 0 };
  const rest = /^[^{}"\\\s]*\}/u.exec(text.slice(cursor, cursor + 200));
  return { offset: open, length: cursor - open + (rest?.[0].length ?? 0) };
}

function detailOf(column: string, answer: string): string {
  if (column === contextSlot) return "retrieved passages: left out first where a row is too long";
  return column === tokensSlot && answer === "tags" ? "the words that are labelled" : "a text of the row";
}
