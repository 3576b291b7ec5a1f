/**
 * UTF-8 that was read as Windows-1252 or Latin-1: "Ã©" for "é", "â€™" for "’". Every such sequence is also what
 * somebody may have written ("café…”" ends in three bytes that are UTF-8), so only those count that are hardly anything
 * else: Â and Ã before a continuation, the beginnings of punctuation (â€, â„, â‚), byte order mark and
 * replacement character (ï»¿, ï¿½) and emoji (ðŸ); sequences of other letters where two follow each other.
 */

/** What Windows-1252 shows for the bytes 0x80 to 0xBF, and Latin-1's control characters for 0x80 to 0x9F. */
const continuation = "[\\u0080-\\u00bf\\u20ac\\u201a\\u0192\\u201e\\u2026\\u2020\\u2021\\u02c6\\u2030\\u0160\\u2039\\u0152\\u017d\\u2018\\u2019\\u201c\\u201d\\u2022\\u2013\\u2014\\u02dc\\u2122\\u0161\\u203a\\u0153\\u017e\\u0178]";
const two = `[\\u00c2-\\u00df]${continuation}`;
const three = `[\\u00e0-\\u00ef]${continuation}{2}`;

const sequence = new RegExp(
  [
    // After a capital letter a quotation mark or dash may close a word: «IRMÃ».
    `(?:[\\u00c2\\u00c3](?:(?<!\\p{Lu}.)|(?![\\u00ab\\u00bb\\u2013\\u2014\\u2018\\u2019\\u201c\\u201d\\u2026]))${continuation})`,
    `\\u00e2[\\u20ac\\u0080\\u201e\\u0084\\u201a\\u0082]${continuation}`,
    "\\u00ef\\u00bb\\u00bf",
    "\\u00ef\\u00bf\\u00bd",
    `\\u00f0[\\u0178\\u009f]${continuation}{2}`,
    `(?:${two}|${three}){2,}`,
  ].join("|"),
  "gu",
);
/** Texts without these cannot hold any: one quick look spares most texts the search. */
const leads = /[\u00c2-\u00f0]/;

export function* mojibakeIn(text: string): Generator<{ readonly at: number; readonly length: number }> {
  if (!leads.test(text)) return;
  for (const match of text.matchAll(sequence)) yield { at: match.index, length: match[0].length };
}
