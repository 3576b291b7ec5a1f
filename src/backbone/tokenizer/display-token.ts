import { visibleCharacter } from "../../common/visible-text.js";

/**
 * What a token reads as for a person. Nothing that is invisible, reorders or breaks a line gets through:
 * - spaces are "␣", newlines "↵", returns "␍", tabs "⇥", other control characters their control picture;
 * - format, bidirectional, private and unassigned characters and unusual spaces are "<U+202E>";
 * - bytes that are no whole UTF-8 character are "<0xE2>";
 * - a combining mark that begins the token stands on a dotted circle.
 */
export function displayBytes(token: Uint8Array): string {
  let shown = "";
  for (let at = 0; at < token.length; ) {
    const length = characterLength(token, at);
    if (length === 0) {
      shown += `<0x${token[at].toString(16).toUpperCase().padStart(2, "0")}>`;
      at++;
      continue;
    }
    shown += displayCharacter(decoder.decode(token.subarray(at, at + length)));
    at += length;
  }
  return /^\p{M}/u.test(shown) ? `\u25cc${shown}` : shown;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Bytes of the well-formed UTF-8 character at a place, 0 where none is. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

function displayCharacter(character: string): string {
  return character === " " ? "␣" : visibleCharacter(character);
}
