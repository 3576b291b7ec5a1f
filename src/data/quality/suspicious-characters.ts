import type { z } from "zod";
import { visibleText } from "../../common/visible-text.js";
import { findingsSchema, FindingTally } from "./finding-tally.js";
import { mixedScriptWordsIn } from "./mixed-scripts.js";
import { mojibakeIn } from "./mojibake.js";

export const suspicions = [
  "control", // control characters other than tab and line breaks
  "bidirectional", // marks that reorder what is shown
  "invisible", // zero-width characters, soft hyphens, tag characters, stray joiners and variation selectors
  "replacement", // U+FFFD: a character was lost before
  "broken", // lone surrogates and noncharacters
  "private-use",
  "mojibake", // UTF-8 read as Windows-1252
  "mixed-scripts", // a word of Latin and Cyrillic or look-alike Greek letters
] as const;
export type Suspicion = (typeof suspicions)[number];

export const suspiciousCharactersSchema = findingsSchema(suspicions);
export type SuspiciousCharacters = z.infer<typeof suspiciousCharactersSchema>;

/** UTF-16 units shown on either side of a find. */
const context = 20;

/** One alternative a suspicion, in this order. */
const single = new RegExp(
  [
    "(?<control>[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f])",
    "(?<bidirectional>[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069])",
    // Joiners belong between letters of many scripts and inside emoji; tags and selectors behind an emoji or an ideograph.
    "(?<invisible>[\\u00ad\\u034f\\u180e\\u200b\\u2060-\\u2064\\ufeff]|(?<![\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f\\p{M}]|(?![\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Greek}])\\p{L})[\\u200c\\u200d]|(?<![\\p{Emoji}\\u{e0020}-\\u{e007f}])[\\u{e0000}-\\u{e007f}]|(?<!\\p{Script=Han})[\\u{e0100}-\\u{e01ef}])",
    "(?<replacement>\\ufffd)",
    "(?<broken>[\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff])",
    "(?<private>\\p{Co})",
  ].join("|"),
  "gu",
);
/** Most texts are plain ASCII: one look tells that there is nothing. */
const anyUnusual = /[^\t\n\r\x20-\x7e]/;

export function* suspicionsIn(text: string): Generator<{ readonly kind: Suspicion; readonly at: number; readonly length: number }> {
  if (!anyUnusual.test(text)) return;
  for (const match of text.matchAll(single)) {
    const group = Object.entries(match.groups!).find(([, found]) => found !== undefined)![0];
    yield { kind: group === "private" ? "private-use" : (group as Suspicion), at: match.index, length: match[0].length };
  }
  for (const place of mojibakeIn(text)) yield { kind: "mojibake", ...place };
  for (const place of mixedScriptWordsIn(text)) yield { kind: "mixed-scripts", ...place };
}

/** Counts suspicious characters over texts, one text a row. */
export class SuspicionCounter {
  private readonly tally = new FindingTally<Suspicion>(suspicions);

  add(text: string): void {
    this.tally.addRow(suspicionsIn(text), ({ at, length }) => excerpt(text, at, length));
  }

  result(): SuspiciousCharacters {
    return this.tally.result();
  }
}

function excerpt(text: string, at: number, length: number): string {
  const from = Math.max(0, at - context);
  const to = Math.min(text.length, at + Math.min(length, context) + context);
  // A surrogate pair that the cut tears would look like a find of its own.
  const cut = text.slice(from, to).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
  return `${from > 0 ? "…" : ""}${visibleText(cut)}${to < text.length ? "…" : ""}`;
}
