/** Why a line of labels cannot be used. */
export type VerbalizerFault = { readonly type: "pair"; readonly text: string } | { readonly type: "twice"; readonly label: string } | { readonly type: "few" };

/**
 * Reads "ham = no, spam = yes": labels and the words that the backbone says for them. The words follow the template's
 * text after a space, as words of a sentence do, unless that text ends with white space itself or they are quoted.
 * @param template tells what stands before the answer.
 */
export function readVerbalizer(line: string, template: string): { readonly verbalizer: Readonly<Record<string, string>> } | { readonly fault: VerbalizerFault } {
  const before = template.split(/\{\s*label\s*\}/u)[0];
  const space = before === "" || /\s$/u.test(before) ? "" : " ";
  const entries: [string, string][] = [];
  for (const text of pieces(line)) {
    const match = /^\s*([^=]*?)\s*=\s*(?:"([^"]*)"|(.*?))\s*$/su.exec(text);
    const [, label, quoted, plain = ""] = match ?? [];
    const words = quoted ?? (plain === "" ? "" : space + plain);
    if (!label || words === "" || (quoted === undefined && plain.includes('"'))) return { fault: { type: "pair", text: text.trim() } };
    if (entries.some(([known]) => known === label)) return { fault: { type: "twice", label } };
    entries.push([label, words]);
  }
  if (entries.length < 2) return { fault: { type: "few" } };
  return { verbalizer: Object.fromEntries(entries) };
}

/** Parts between commas that do not stand in quotes; empty ones at the end are forgiven. */
function pieces(line: string): string[] {
  const parts = line.match(/(?:"[^"]*"|[^,"]|")+/gu) ?? [];
  return parts.filter((part) => part.trim() !== "");
}
