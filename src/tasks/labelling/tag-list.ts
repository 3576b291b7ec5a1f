import type { Reading, TargetForm, TypeWords } from "./target-form.js";

/** One tag a word: "O B-location I-location". Tags that are missing at the end count as O; those too many are left out. */
export function tagList(types: TypeWords): TargetForm {
  const written = new Map([...types].flatMap(([type, words]) => (["B", "I"] as const).map((prefix) => [`${prefix}-${type}`, `${prefix}-${words.trim().replace(/\s+/gu, "_")}`])));
  const tagOf = new Map([...written].map(([tag, text]) => [text.toLowerCase(), tag]));
  return {
    write: (_words, tags) => tags.map((tag) => written.get(tag) ?? tag).join(" "),
    read(text, words) {
      const problems = { unreadable: 0, unknownTypes: 0, invented: 0, repeated: 0, missing: 0, surplus: 0 };
      const pieces = text.split(/\s+/u).filter((piece) => piece !== "");
      const tags = pieces.slice(0, words.length).map((piece) => {
        if (piece.toUpperCase() === "O") return "O";
        const tag = tagOf.get(piece.toLowerCase());
        if (tag !== undefined) return tag;
        if (/^[BI]-./iu.test(piece)) problems.unknownTypes++;
        else problems.unreadable++;
        return "O";
      });
      problems.missing = words.length - tags.length;
      problems.surplus = pieces.length - tags.length;
      return { tags: [...tags, ...new Array<string>(problems.missing).fill("O")], problems } satisfies Reading;
    },
  };
}
