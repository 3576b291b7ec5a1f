/** A text without what does not make it another one: case, compatibility forms and white space. */
export function foldText(text: string): string {
  // ASCII is its own compatibility form.
  const composed = /[^\0-\x7f]/.test(text) ? text.normalize("NFKC") : text;
  return composed.toLowerCase().replace(/\s+/g, " ").trim();
}
