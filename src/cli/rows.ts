import { z } from "zod";
import { PromptTuningError } from "../common/errors.js";

/** A row to predict: slot of the template → text. */
export type TextRow = Readonly<Record<string, string>>;

const rowSchema = z.record(z.string(), z.unknown());

/** The slots of a template, and those of them that a row may leave out. */
export interface RowSlots {
  readonly slots: readonly string[];
  readonly optional: readonly string[];
}

/**
 * Texts as rows. A template with one slot that must be filled takes a text as it is; a JSON object that holds the slots
 * is a row of its own, and with several slots it is the only way.
 * @param where names a text for messages, by its place from 0.
 * @throws PromptTuningError usage: a text is not a row.
 */
export function rowsFromTexts(texts: readonly string[], { slots, optional }: RowSlots, where: (index: number) => string): TextRow[] {
  const needed = slots.filter((slot) => !optional.includes(slot));
  return texts.map((text, index) => {
    const row = text.trimStart().startsWith("{") ? rowFromJson(text, slots, optional) : undefined;
    if (row) return row;
    if (needed.length === 1) return { [needed[0]]: text };
    if (slots.length === 1) return { [slots[0]]: text };
    const example = JSON.stringify(Object.fromEntries(slots.map((slot) => [slot, "..."])));
    throw new PromptTuningError("usage", `${where(index)} is not a row.`, {
      reason: `The template has the slots ${slots.map((slot) => `{${slot}}`).join(", ")}.`,
      advice: `Give each row as one JSON object: ${example}.`,
    });
  });
}

/** The object's slots as texts, lists as JSON; undefined where it is no JSON object, or a slot is missing or something else. */
function rowFromJson(text: string, slots: readonly string[], optional: readonly string[]): TextRow | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = rowSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const entries = slots.flatMap((slot): [string, unknown][] => {
    const part = Object.hasOwn(parsed.data, slot) ? parsed.data[slot] : undefined;
    return optional.includes(slot) && (part === undefined || part === null) ? [] : [[slot, part]];
  });
  if (entries.some(([, part]) => typeof part !== "string" && typeof part !== "number" && !Array.isArray(part))) return undefined;
  return Object.fromEntries(entries.map(([slot, part]) => [slot, Array.isArray(part) ? JSON.stringify(part) : String(part)]));
}

/** The lines of a text, without the empty ones; each with its number from 1. */
export function filledLines(text: string): { readonly line: number; readonly text: string }[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((each, index) => ({ line: index + 1, text: each }))
    .filter((each) => each.text.trim() !== "");
}
