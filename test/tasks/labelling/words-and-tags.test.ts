import fc from "fast-check";
import { expect, it } from "vitest";
import { readTags, readWords } from "../../../src/tasks/labelling/words-and-tags.js";

it("reads words from JSON lists and from spaces", () => {
  expect(readWords('["New York", "a\\tb", " x ", 5]')).toEqual(["New York", "a b", "x", "5"]);
  expect(readWords("  It 's\u00a0 the\nend ")).toEqual(["It", "'s", "the", "end"]);
  expect(readWords("[not json]")).toEqual(["[not", "json]"]);
  expect(readWords("")).toEqual([]);
});

it("reads BIO tags, and the finer schemes as BIO", () => {
  expect(readTags('["O", "B-weather/attribute", "I-creative-work"]', 3)).toEqual({ tags: ["O", "B-weather/attribute", "I-creative-work"] });
  expect(readTags("B-a I-a E-a S-b O B-a L-a U-c", 8)).toEqual({ tags: ["B-a", "I-a", "I-a", "B-b", "O", "B-a", "I-a", "B-c"] });
});

it.each([
  ["O O", 3, "has 3 words and 2 tags"],
  ["O", 0, "has 0 words and 1 tag"],
  ["[0, 3]", 2, 'has the tag "0"'],
  ["O person", 2, 'has the tag "person"'],
  ["B-", 1, 'has the tag "B-"'],
])("says what is wrong with %s for %i words", (cell, words, problem) => {
  expect(readTags(cell, words)).toMatchObject({ problem, advice: expect.stringMatching(/\.$/) });
});

it("never throws for a cell, whatever it holds", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (cell) => {
      for (const word of readWords(cell)) expect(word).not.toMatch(/[\n\t]/);
      readTags(cell, readWords(cell).length);
    }),
  );
});
