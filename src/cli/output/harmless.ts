/**
 * Texts from data, models and files may hold characters that move a terminal's cursor, change its colours, reorder
 * the line or hide what stands there. Before anything is printed they are made visible instead.
 */

/** Format characters that texts need: joiners of scripts and emoji, soft hyphen stays out. */
const joiners = new Set(["\u200c", "\u200d"]);
// C: control, format (the bidirectional ones too), lone surrogates, private, unassigned. Zl, Zp: line separators.
const suspicious = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A text of several lines: newlines stay, tabs become a space. */
export function harmless(text: string): string {
  return text.replace(suspicious, (character) => (character === "\n" || joiners.has(character) ? character : visible(character)));
}

/** A text within one line: newlines become "↵". */
export function harmlessLine(text: string): string {
  return text.replace(/\r?\n/g, "↵").replace(suspicious, (character) => (joiners.has(character) ? character : visible(character)));
}

/** One line of at most so many characters; "…" stands for the rest. */
export function excerpt(text: string, most: number): string {
  // A text may be very long: what cannot be shown is cut before it is looked at.
  const characters = [...harmlessLine(text.slice(0, most * 4).trim())];
  return characters.length <= most && text.length <= most * 4 ? characters.join("") : `${characters.slice(0, most - 1).join("")}…`;
}

function visible(character: string): string {
  const code = character.codePointAt(0)!;
  if (character === "\t") return " ";
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "␡";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** One JSON value in one line whose text is harmless too: the same characters as escapes, so that programs read them back. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(suspicious, (character) =>
    [...Array(character.length).keys()].map((unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`).join(""),
  );
}
