import { type Span, spansOf, tagsOf } from "./spans.js";
import type { Reading, TargetForm, TypeWords } from "./target-form.js";
import { WordFinder } from "./word-finder.js";

const nothing = "none";

/**
 * The spans, in the text's order: "location: Empire State Building; person: Ann"; "none" where there is none. Only what is
 * found is written, in words that stand in the text: short, and copying is what a small causal model does well.
 */
export function spanList(types: TypeWords): TargetForm {
  const typeOf = new Map([...types].map(([type, words]) => [fold(words), type]));
  return {
    write(words, tags) {
      const spans = spansOf(tags);
      return spans.length === 0 ? nothing : spans.map(({ type, start, end }) => `${(types.get(type) ?? type).trim()}: ${words.slice(start, end).join(" ")}`).join("; ");
    },
    read(text, words) {
      const problems = { unreadable: 0, unknownTypes: 0, invented: 0, repeated: 0, missing: 0, surplus: 0 };
      const finder = new WordFinder(words);
      const found: Span[] = [];
      for (const item of itemsOf(text, typeOf)) {
        if (item.type === undefined) {
          if (item.hasColon) problems.unknownTypes++;
          else problems.unreadable++;
          continue;
        }
        const place = finder.find(item.words);
        if (place === "taken") problems.repeated++;
        else if (place === undefined) problems.invented++;
        else found.push({ type: item.type, ...place });
      }
      return { tags: tagsOf(found, words.length), problems } satisfies Reading;
    },
  };
}

interface Item {
  /** Undefined: what stands before the colon is no type, or there is no colon. */
  readonly type: string | undefined;
  readonly hasColon: boolean;
  readonly words: string;
}

/** "type: words" between semicolons or lines. What begins with no known type belongs to the words before it: they may hold a semicolon themselves. */
function itemsOf(text: string, typeOf: ReadonlyMap<string, string>): Item[] {
  if (text.trim() === "" || fold(text) === nothing) return [];
  const items: Item[] = [];
  for (const piece of text.split(/(?<=[;\n])/u)) {
    const colons = [...piece.matchAll(/:/gu)].map(({ index }) => index);
    // A type may hold a colon itself.
    const known = colons.find((at) => typeOf.has(fold(piece.slice(0, at))));
    const last = items.at(-1);
    const hasColon = /^[^;:]+:\s/u.test(piece);
    if (known !== undefined) items.push({ type: typeOf.get(fold(piece.slice(0, known))), hasColon: true, words: piece.slice(known + 1) });
    else if (last?.type !== undefined && !hasColon) items[items.length - 1] = { ...last, words: last.words + piece };
    else if (piece.replace(/[;\s]/gu, "") !== "") items.push({ type: undefined, hasColon, words: piece });
  }
  return items.map((item, index) => ({ ...item, words: index < items.length - 1 || /[;\n]\s*$/u.test(item.words) ? item.words.replace(/[;\n]\s*$/u, "") : item.words }));
}

const fold = (text: string): string => text.trim().replace(/\s+/gu, " ").toLowerCase();
