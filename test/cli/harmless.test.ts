import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { excerpt, harmless, harmlessLine, jsonLine } from "../../src/cli/output/harmless.js";

/** What a terminal acts on: controls of both kinds, and characters that reorder or hide. */
// eslint-disable-next-line no-control-regex
const dangerous = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u2028\u2029]/;

describe("texts for a terminal", () => {
  it.each([
    ["\u001b[31mred\u001b[0m", "␛[31mred␛[0m"],
    ["\u001b]0;title\u0007", "␛]0;title␇"],
    ["\u009b2J", "<U+009B>2J"],
    ["abc\u202egpj.exe", "abc<U+202E>gpj.exe"],
    ["a\rb", "a␍b"],
    ["a\tb", "a b"],
    ["zero\u200bwidth", "zero<U+200B>width"],
    ["\ud800", "<U+D800>"],
    ["👩‍💻 é 日本", "👩‍💻 é 日本"],
    ["\b\b\bdone", "␈␈␈done"],
  ])("%j is shown as %j", (text, shown) => {
    expect(harmless(text)).toBe(shown);
  });

  it("nothing that a terminal acts on is left of any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(harmless(text)).not.toMatch(dangerous);
        expect(harmlessLine(text)).not.toMatch(dangerous);
        expect(harmlessLine(text)).not.toContain("\n");
        expect(harmless(text).split("\n")).toHaveLength(text.split("\n").length);
      }),
    );
  });

  it("an excerpt has at most so many characters and never half of one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), fc.integer({ min: 1, max: 60 }), (text, most) => {
        const shown = excerpt(text, most);
        expect([...shown].length).toBeLessThanOrEqual(most);
        expect(shown).not.toMatch(/\p{Surrogate}/u);
      }),
    );
    expect(excerpt("a".repeat(1_000_000), 5)).toBe("aaaa…");
    expect(excerpt("  short ", 20)).toBe("short");
  });
});

describe("JSON lines", () => {
  it("are one line, harmless, and read back as they were", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const written = jsonLine({ text });
        expect(written).not.toMatch(dangerous);
        expect(written).not.toContain("\n");
        expect(JSON.parse(written)).toEqual({ text });
      }),
    );
    expect(jsonLine({ a: "\u202e\u{e0001}" })).toBe('{"a":"\\u202e\\udb40\\udc01"}');
  });
});
