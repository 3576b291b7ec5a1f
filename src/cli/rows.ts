import { z } from "zod";
import { PromptTuningError } from "../common/errors.js";

/** A row to predict: slot of the template → text. */
export type TextRow = Readonly<Record<string, string>>;

const rowSchema = z.record(z.string(), z.unknown());

/**
 * Texts as rows. A template with one slot takes a text as it is; a JSON object that holds the slots is a row of its
 * own, and with several slots it is the only way.
 * @param where names a text for messages, by its place from 0.
 * @throws PromptTuningError usage: a text is not a row.
 */
export function rowsFromTexts(texts: readonly string[], slots: readonly string[], where: (index: number) => string): TextRow[] {
  return texts.map((text, index) => {
    const row = text.trimStart().startsWith("{") ? rowFromJson(text, slots) : undefined;
    if (row) return row;
    if (slots.length === 1) return { [slots[0]]: text };
    const example = JSON.stringify(Object.fromEntries(slots.map((slot) => [slot, "..."])));
    throw new PromptTuningError("usage", `${where(index)} is not a row.`, {
      reason: `The template has the slots ${slots.map((slot) => `{${slot}}`).join(", ")}.`,
      advice: `Give each row as one JSON object: ${example}.`,
    });
  });
}

/** The object's slots as texts; undefined where it is no JSON object, or a slot is missing or not a text or number. */
function rowFromJson(text: string, slots: readonly string[]): TextRow | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = rowSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const entries = slots.map((slot) => [slot, Object.hasOwn(parsed.data, slot) ? parsed.data[slot] : undefined] as const);
  if (entries.some(([, part]) => typeof part !== "string" && typeof part !== "number")) return undefined;
  return Object.fromEntries(entries.map(([slot, part]) => [slot, String(part)]));
}

/** The lines of a text, without the empty ones; each with its number from 1. */
export function filledLines(text: string): { readonly line: number; readonly text: string }[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((each, index) => ({ line: index + 1, text: each }))
    .filter((each) => each.text.trim() !== "");
}
