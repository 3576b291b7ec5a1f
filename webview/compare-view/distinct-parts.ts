/**
 * Texts as short labels that tell them apart: where one is longer than `longest`, what all of them begin and end with is
 * left out, up to a space or a brace: "Message: {text} {soft:4}Spam:" and "… {soft:12}Spam:" become "…{soft:4}…" and
 * "…{soft:12}…".
 */
export function distinctParts(texts: readonly string[], longest: number): readonly string[] {
  if (texts.length < 2 || texts.every((text) => text.length <= longest)) return texts;
  const shortest = Math.min(...texts.map((text) => text.length));
  const [first] = texts;
  let before = 0;
  while (before < shortest && texts.every((text) => text[before] === first[before])) before++;
  let behind = 0;
  while (behind < shortest - before && texts.every((text) => text.at(-1 - behind) === first.at(-1 - behind))) behind++;
  // Back to where a word or a slot begins, and on to where it ends.
  while (before > 0 && !(/\s/.test(first[before - 1]) || first[before] === "{")) before--;
  while (behind > 0 && !(/\s/.test(first[first.length - behind]) || first[first.length - behind - 1] === "}")) behind--;
  const cut = (text: string): string => `${before > 0 ? "…" : ""}${text.slice(before, text.length - behind)}${behind > 0 ? "…" : ""}`;
  return texts.map((text) => (before + behind > 2 ? cut(text) : text));
}
