/**
 * What a character reads as where nothing may be invisible, reorder or break a line: newlines are "↵", tabs "⇥", other
 * control characters their control picture; format, bidirectional, private and unassigned characters and unusual
 * spaces are "<U+202E>". A space stays.
 */
export function visibleCharacter(character: string): string {
  const code = character.codePointAt(0)!;
  if (character === " ") return character;
  if (character === "\n") return "↵";
  if (character === "\t") return "⇥";
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "␡";
  // C: control, format (the bidirectional ones too), surrogate, private, unassigned. Z: separators.
  if (/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(character)) return codeName(code);
  return character;
}

/** "<U+202E>". */
function codeName(code: number): string {
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** A text with every character visible and harmless. */
export function visibleText(text: string): string {
  let shown = "";
  for (const character of text) shown += visibleCharacter(character);
  return shown;
}
