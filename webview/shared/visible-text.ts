import { displayBytes } from "../../src/backbone/tokenizer/display-token.js";

/** A piece of a text: as it is, or a stand-in for something that is invisible, moves other text or breaks a line. */
export interface TextPart {
  readonly text: string;
  readonly escaped: boolean;
}

/**
 * A text of somebody's data in harmless pieces. Control characters become their pictures ("␀"), bidirectional, zero-width,
 * private and unassigned ones "<U+202E>"; newlines stay where `lines` is set, else they are "↵". Letters of every script,
 * and the joiners inside an emoji, stay as they are. What is shown should be isolated too (the class "data" does it).
 */
export function visibleParts(text: string, { lines = false }: { readonly lines?: boolean } = {}): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(suspicious)) {
    const stand = standIn(match[0], match.index, text, lines);
    if (stand === undefined) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index), escaped: false });
    if (stand !== "") parts.push({ text: stand, escaped: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), escaped: false });
  return parts;
}

/** The same as one string. */
export function visibleText(text: string, options?: { readonly lines?: boolean }): string {
  return visibleParts(text, options).map((part) => part.text).join("");
}

/** A token: spaces are "␣" too, so that " no" and "no" differ. */
export function visibleToken(text: string): string {
  return displayBytes(encoder.encode(text));
}

const encoder = new TextEncoder();
const suspicious = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const joiner = "\u200d";

function standIn(character: string, at: number, text: string, lines: boolean): string | undefined {
  const code = character.codePointAt(0)!;
  if (character === "\n") return lines ? undefined : "↵";
  if (character === "\t") return lines ? undefined : "⇥";
  if (character === "\r" && text[at + 1] === "\n") return "";
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "␡";
  // The parts of one emoji: a variation selector behind it, a joiner between two.
  const before = text.slice(Math.max(0, at - 12), at);
  if (code === 0xfe0f && /[\p{Emoji}]$/u.test(before)) return undefined;
  if (character === joiner && /\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?$/u.test(before) && /^\p{Extended_Pictographic}/u.test(text.slice(at + 1, at + 12))) return undefined;
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
