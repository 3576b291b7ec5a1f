import type { Tokenizer } from "../backbone/tokenizer/tokenizer.js";
import { encodeText } from "./encode-text.js";
import type { SlotTokens } from "./fit-row.js";
import { readPassages } from "./passages.js";
import { contextSlot } from "./task-facts.js";

/** A column as it stands in a template. */
export interface ColumnPiece {
  readonly type: "column";
  readonly name: string;
  /** Whether the space before it belongs to it. */
  readonly space: boolean;
  /** Most tokens it may take. */
  readonly maximum: number;
}

export interface SlotOptions {
  readonly tokenizer: Tokenizer;
  /** How {context} is filled. */
  readonly context?: { readonly maxPassages?: number; readonly separator: string };
}

/** A column's text, or its passages as parts. Passages are encoded each on its own, so that leaving one out changes no other. */
export function slotTokens({ name, space }: ColumnPiece, text: string, { tokenizer, context }: SlotOptions): SlotTokens {
  const before = space ? " " : "";
  if (name !== contextSlot) return { name, isContext: false, parts: [encodeText(tokenizer, before + text, false)] };
  const passages = readPassages(text).slice(0, context?.maxPassages);
  const separator = context?.separator ?? "\n";
  return { name, isContext: true, parts: passages.map((passage, index) => encodeText(tokenizer, (index === 0 ? before : separator) + passage, false)) };
}

/** A slot's first tokens, in the same parts. */
export function withinLength(slot: SlotTokens, length: number): SlotTokens {
  let left = length;
  const parts = slot.parts.flatMap((part) => {
    const kept = part.subarray(0, left);
    left -= kept.length;
    return kept.length > 0 ? [kept] : [];
  });
  return { ...slot, parts };
}
