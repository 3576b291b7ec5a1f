import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromLine, templateFault, templateToBeginWith, toLine } from "../../../src/host/transfer/template-line.js";
import { readVerbalizer } from "../../../src/host/transfer/verbalizer-line.js";

describe("a template in one line", () => {
  it("comes back as it was, and holds no line break", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("\n", "\\", "n", "{", "}", "a", " ", "\u{1F600}") }), (template) => {
        expect(toLine(template)).not.toContain("\n");
        expect(fromLine(toLine(template))).toBe(template);
      }),
    );
  });

  it("keeps what a person types that is no escape", () => {
    expect(fromLine(String.raw`a\tb \n c\ `)).toBe("a\\tb \n c\\ ");
  });

  it("to begin with is right for every length", () => {
    for (const virtualTokens of [1, 20, 1000]) for (const task of ["classification", "generation"] as const) expect(templateFault(templateToBeginWith(virtualTokens, task), virtualTokens, task)).toBeUndefined();
  });

  it("is refused with what is wrong", () => {
    expect(templateFault("{soft:4}{text}", 5, "generation")).toEqual({ type: "count", count: 4 });
    expect(templateFault("{soft:4}Hello", 4, "generation")).toEqual({ type: "no-column" });
    expect(templateFault("{soft:4}{text", 4, "generation")).toMatchObject({ type: "problem", message: expect.stringContaining("not closed") });
    expect(templateFault("{soft:4}{text}{label}", 4, "generation")).toMatchObject({ type: "problem" });
  });
});

describe("labels and their words in one line", () => {
  const template = "{soft:4}{text} Spam:{label}";
  it("are read with the space that words of a sentence have", () => {
    expect(readVerbalizer("ham = no, spam = yes please", template)).toEqual({ verbalizer: { ham: " no", spam: " yes please" } });
    expect(readVerbalizer("ham=no,spam=yes,", "{soft:4}{text} Spam: {label}")).toEqual({ verbalizer: { ham: "no", spam: "yes" } });
    expect(readVerbalizer('a="no, never", b = " yes"', template)).toEqual({ verbalizer: { a: "no, never", b: " yes" } });
    expect(readVerbalizer("a=x=y, b=z", template)).toEqual({ verbalizer: { a: " x=y", b: " z" } });
  });

  it("are refused with the part that is wrong", () => {
    expect(readVerbalizer("", template)).toEqual({ fault: { type: "few" } });
    expect(readVerbalizer("ham=no", template)).toEqual({ fault: { type: "few" } });
    expect(readVerbalizer("ham=no, spam", template)).toEqual({ fault: { type: "pair", text: "spam" } });
    expect(readVerbalizer("ham=no, =x", template)).toEqual({ fault: { type: "pair", text: "=x" } });
    expect(readVerbalizer("ham=no, ham=x", template)).toEqual({ fault: { type: "twice", label: "ham" } });
    expect(readVerbalizer('ham="no, spam=yes', template)).toMatchObject({ fault: { type: "pair" } });
  });

  it("never throws, and what is read has words for every label", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "b", "=", ",", '"', " ", "\n", "ä") }), (line) => {
        const read = readVerbalizer(line, template);
        if ("verbalizer" in read) {
          expect(Object.keys(read.verbalizer).length).toBeGreaterThanOrEqual(2);
          for (const words of Object.values(read.verbalizer)) expect(words).not.toBe("");
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("written in quotes are read back", () => {
    const word = fc.string({ minLength: 1, unit: "grapheme-ascii" }).filter((text) => !/["=,]/.test(text) && text.trim() === text);
    fc.assert(
      fc.property(fc.dictionary(word, fc.string({ minLength: 1 }).filter((text) => !text.includes('"')), { minKeys: 2, maxKeys: 5, noNullPrototype: true }), (verbalizer) => {
        fc.pre(!Object.hasOwn(verbalizer, "__proto__"));
        const line = Object.entries(verbalizer).map(([label, words]) => `${label} = "${words}"`).join(", ");
        expect(readVerbalizer(line, template)).toEqual({ verbalizer });
      }),
    );
  });
});
