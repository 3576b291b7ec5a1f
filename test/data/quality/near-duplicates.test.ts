import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearDuplicateClusters } from "../../../src/data/quality/near-duplicates.js";
import { jaccard, shinglesOf, wordHashes } from "../../../src/data/quality/shingles.js";
import { wordsOf } from "../../../src/data/quality/words.js";

describe("near-duplicates", () => {
  const words = Array.from({ length: 200 }, (_, i) => `word${(i * 7919) % 1009}`);
  const text = words.join(" ");
  const changed = (every: number): string => words.map((word, i) => (i % every === 0 ? `other${i}` : word)).join(" ");

  it("joins texts that differ in a few words, and not those that differ in many", () => {
    const clusters = nearDuplicateClusters([text, "something else altogether, quite short", changed(40), changed(4), `${text.toUpperCase()}!!!`], [{ threshold: 0.6 }]);
    expect([...clusters]).toEqual([0, 1, 0, 3, 0]);
  });

  it("can look at the first words only", () => {
    const sameOpening = [`${words.slice(0, 60).join(" ")} ${"x y z ".repeat(40)}`, text];
    expect([...nearDuplicateClusters(sameOpening, [{ threshold: 0.6 }])]).toEqual([0, 1]);
    expect([...nearDuplicateClusters(sameOpening, [{ threshold: 0.6, words: 60 }])]).toEqual([0, 0]);
  });

  it("leaves texts without words alone", () => {
    expect([...nearDuplicateClusters(["", "", "!?", "a", "a"], [{ threshold: 0.6 }])]).toEqual([0, 1, 2, 3, 3]);
  });

  it("joins exactly what exact similarity joins (small vocabularies, 300 times)", () => {
    const sentence = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 }).map((list) => list.join(" "));
    fc.assert(
      fc.property(fc.array(sentence, { maxLength: 12 }), (texts) => {
        const sets = texts.map((one) => shinglesOf(wordHashes(wordsOf(one))));
        const expected = texts.map((_, i) => i);
        for (let pass = 0; pass < texts.length; pass++)
          for (let i = 0; i < texts.length; i++)
            for (let j = 0; j < texts.length; j++) if (jaccard(sets[i], sets[j]) >= 0.9) expected[i] = expected[j] = Math.min(expected[i], expected[j]);
        expect([...nearDuplicateClusters(texts, [{ threshold: 0.9 }])]).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it("measures similarity as sets do", () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const union = new Set([...a, ...b]).size;
        const common = a.filter((value) => b.includes(value)).length;
        expect(jaccard(Uint32Array.from(a).sort(), Uint32Array.from(b).sort())).toBeCloseTo(union === 0 ? 0 : common / union, 12);
      }),
    );
  });
});
