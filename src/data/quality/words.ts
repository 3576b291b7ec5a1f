/**
 * The words two texts are compared by: runs of letters and digits, case folded. In scripts that are written without
 * spaces every character is a word, or whole sentences would be one.
 */
export function wordsOf(text: string): readonly string[] {
  const folded = text.toLowerCase();
  return folded.match(unspaced.test(folded) ? wordOrCharacter : word) ?? [];
}

const word = /[\p{L}\p{N}]+/gu;
/** Thai, Lao, Myanmar, Khmer, Hiragana, Katakana, Han. */
const unspacedScripts = "\\u0e01-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3041-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\u{20000}-\\u{323af}";
const unspaced = new RegExp(`[${unspacedScripts}]`, "u");
const wordOrCharacter = new RegExp(`[${unspacedScripts}]|(?:(?![${unspacedScripts}])[\\p{L}\\p{N}])+`, "gu");
