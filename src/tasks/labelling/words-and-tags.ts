import { jsonList } from "../passages.js";

/** The words of a cell: the items of a JSON list, or what stands between white space. White space inside a word becomes one space. */
export function readWords(cell: string): string[] {
  return items(cell).map((word) => word.replace(/\s+/gu, " ").trim());
}

/** What is wrong with a row's tags. */
export interface TagsProblem {
  readonly problem: string;
  readonly advice: string;
}

/**
 * The BIO tags of a cell, one a word: "O", "B-type", "I-type". The finer schemes IOBES and BILOU are read as what they say
 * in BIO: E and L continue a span, S and U begin one.
 */
export function readTags(cell: string, words: number): { readonly tags: string[] } | TagsProblem {
  const tags = items(cell);
  if (tags.length !== words) return { problem: `has ${words} ${words === 1 ? "word" : "words"} and ${tags.length} ${tags.length === 1 ? "tag" : "tags"}`, advice: "Give every word one tag; both columns are JSON lists, or words separated by spaces." };
  const read = tags.map(inBio);
  const wrong = read.indexOf(undefined);
  if (wrong < 0) return { tags: read as string[] };
  return {
    problem: `has the tag ${JSON.stringify(tags[wrong].slice(0, 40))}`,
    advice: /^\d+$/.test(tags[wrong]) ? "Tags are names such as B-person; put the names in the place of the numbers." : 'Tags are "O", "B-type" where a span of a type begins, and "I-type" where it goes on.',
  };
}

function inBio(tag: string): string | undefined {
  if (tag === "O") return tag;
  const parts = /^([BIESLU])-(.+)$/su.exec(tag);
  if (!parts) return undefined;
  const [, prefix, type] = parts;
  return `${prefix === "B" || prefix === "S" || prefix === "U" ? "B" : "I"}-${type}`;
}

function items(cell: string): string[] {
  const list = jsonList(cell);
  if (list) return list.map((item) => (typeof item === "string" ? item : JSON.stringify(item) ?? ""));
  return cell.split(/\s+/u).filter((item) => item !== "");
}
