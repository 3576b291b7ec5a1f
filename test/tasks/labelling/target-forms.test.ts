import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spanList } from "../../../src/tasks/labelling/span-list.js";
import { spansOf, tagsOf } from "../../../src/tasks/labelling/spans.js";
import { tagList } from "../../../src/tasks/labelling/tag-list.js";
import type { ReadingProblems } from "../../../src/tasks/labelling/target-form.js";

const none: ReadingProblems = { unreadable: 0, unknownTypes: 0, invented: 0, repeated: 0, missing: 0, surplus: 0 };
const types = new Map([
  ["location", "location"],
  ["creative-work", "creative work"],
  ["weather/attribute", "weather/attribute"],
  ["person: name", "person: name"],
]);
const spans = spanList(types);
const tags = tagList(types);

/** Types of a text's spans with their words. */
const found = (text: string, sentence: string) => {
  const words = sentence.split(" ");
  const reading = spans.read(text, words);
  return { spans: spansOf(reading.tags).map(({ type, start, end }) => `${type} ${start}-${end}`), problems: Object.fromEntries(Object.entries(reading.problems).filter(([, count]) => count > 0)) };
};

describe("spans as a list", () => {
  it("name only what is there, in the text's order", () => {
    expect(spans.write(["Empire", "State", "Building", "=", "ESB"], ["B-location", "I-location", "I-location", "O", "B-creative-work"])).toBe("location: Empire State Building; creative work: ESB");
    expect(spans.write(["no", "names"], ["O", "O"])).toBe("none");
    expect(spans.read("None", ["no", "names"])).toEqual({ tags: ["O", "O"], problems: none });
    expect(spans.read("", ["no"])).toEqual({ tags: ["O"], problems: none });
  });

  it("are read although words are joined, split or written in another case", () => {
    expect(found("location: new york; location: rome?", "in New York or Rome ?")).toEqual({ spans: ["location 1-3", "location 4-6"], problems: {} });
    expect(found("Location:NewYork", "in New York")).toEqual({ spans: ["location 1-3"], problems: {} });
    expect(found("location: a; b; creative work: c", "x a; b y c")).toEqual({ spans: ["location 1-3", "creative-work 4-5"], problems: {} });
    expect(found("person: name: Ann", "so Ann said")).toEqual({ spans: ["person: name 1-2"], problems: {} });
  });

  it("find a word that stands twice in the order of the answer, and once each", () => {
    expect(found("location: Rome; location: Rome; location: Rome", "from Rome to Rome")).toEqual({ spans: ["location 1-2", "location 3-4"], problems: { repeated: 1 } });
    expect(found("location: Paris; location: Rome", "Rome or Paris")).toEqual({ spans: ["location 0-1", "location 2-3"], problems: {} });
    expect(found("location: New York; creative work: York", "New York")).toEqual({ spans: ["location 0-2"], problems: { repeated: 1 } });
  });

  it("count what cannot be taken", () => {
    expect(found("location: Berlin", "in Rome")).toEqual({ spans: [], problems: { invented: 1 } });
    expect(found("location: om", "in Rome")).toEqual({ spans: [], problems: { invented: 1 } });
    expect(found("location:", "in Rome")).toEqual({ spans: [], problems: { invented: 1 } });
    expect(found("planet: Rome; location: Rome", "in Rome")).toEqual({ spans: ["location 1-2"], problems: { unknownTypes: 1 } });
    expect(found("I think that Rome", "in Rome")).toEqual({ spans: [], problems: { unreadable: 1 } });
  });

  it("come back as they were written, wherever the words of a span stand once", () => {
    const word = fc.stringMatching(/^[\p{L}\p{N}.,!?'"()%€-]{1,8}$/u).filter((text) => text.trim() === text && !/\s/u.test(text));
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 12 }), fc.array(fc.tuple(fc.constantFrom(...types.keys()), fc.nat(11), fc.integer({ min: 1, max: 3 })), { maxLength: 5 }), (words, drawn) => {
        // The words are told apart without white space: only such rows have one reading.
        const joined = words.join("\u0000").toLowerCase();
        const free = new Array<boolean>(words.length).fill(true);
        const chosen = drawn.flatMap(([type, start, length]) => {
          const end = start + length;
          if (end > words.length || free.slice(start, end).includes(false)) return [];
          free.fill(false, start, end);
          return [{ type, start, end }];
        });
        fc.pre(chosen.every(({ start, end }) => occurrences(joined, words.slice(start, end)) === 1));
        const given = tagsOf(chosen, words.length);
        expect(spans.read(spans.write(words, given), words)).toEqual({ tags: given, problems: none });
      }),
    );
  });
});

function occurrences(joined: string, words: readonly string[]): number {
  const all = joined.split("\u0000");
  const needle = words.join("").toLowerCase();
  let count = 0;
  for (let start = 0; start < all.length; start++) for (let end = start + 1; end <= all.length; end++) if (all.slice(start, end).join("") === needle) count++;
  return count;
}

describe("tags as a list", () => {
  it("come back as they were written", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("O", ...[...types.keys()].flatMap((type) => [`B-${type}`, `I-${type}`])), { maxLength: 20 }), (given) => {
        expect(tags.read(tags.write([], given), given.map(() => "w"))).toEqual({ tags: given, problems: none });
      }),
    );
  });

  it("are O where they are missing or no tags; what is too many is left out", () => {
    expect(tags.read("o B-location X b-Creative_Work B-planet", ["a", "b", "c", "d", "e", "f"])).toEqual({ tags: ["O", "B-location", "O", "B-creative-work", "O", "O"], problems: { ...none, unreadable: 1, unknownTypes: 1, missing: 1 } });
    expect(tags.read("O O O", ["a"])).toEqual({ tags: ["O"], problems: { ...none, surplus: 2 } });
  });
});

describe("any answer", () => {
  const answer = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(fc.constantFrom("location", ":", ";", " ", "\n", "O", "B-location", "I-", "Rome", "rome", "New", "York", "none", "İ", "ß"), { maxLength: 40 }).map((pieces) => pieces.join("")),
  );
  const words = fc.array(fc.oneof(fc.string({ unit: "binary", maxLength: 6 }), fc.constantFrom("Rome", "New", "York", ";", ":", "", "İ")), { maxLength: 12 });

  it("gives every word one tag and never throws", () => {
    fc.assert(
      fc.property(answer, words, fc.constantFrom(spans, tags), (text, row, form) => {
        const reading = form.read(text, row);
        expect(reading.tags).toHaveLength(row.length);
        for (const tag of reading.tags) expect(tag === "O" || types.has(tag.slice(2))).toBe(true);
        for (const count of Object.values(reading.problems)) expect(count).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
