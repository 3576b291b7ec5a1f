import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluationMeasuresSchema } from "../../src/runs/events.js";
import { classificationMeasures } from "../../src/tasks/metrics/classification-measures.js";
import { exactMatch, normalizeAnswer } from "../../src/tasks/metrics/exact-match.js";
import { rougeL } from "../../src/tasks/metrics/rouge-l.js";
// Made by scripts/reference/metrics.py with scikit-learn and rouge-score.
import reference from "./reference/metrics.json" with { type: "json" };

describe("classification measures", () => {
  it.each(reference.classification.map((one, index) => [index, one] as const))("agree with scikit-learn, case %i", (_, one) => {
    const labels = Array.from({ length: one.classes }, (_, label) => `label ${label}`);
    const measures = evaluationMeasuresSchema.parse(classificationMeasures(labels, one.expected, one.predicted));
    expect(measures.items).toBe(one.expected.length);
    expect(measures.accuracy).toBeCloseTo(one.accuracy, 12);
    expect(measures.macroF1).toBeCloseTo(one.macroF1, 12);
    expect(measures.confusion).toEqual(one.confusion);
    labels.forEach((label, index) => {
      const found = measures.perClass![label];
      expect(found.precision).toBeCloseTo(one.precision[index], 12);
      expect(found.recall).toBeCloseTo(one.recall[index], 12);
      expect(found.f1).toBeCloseTo(one.f1[index], 12);
      expect(found.support).toBe(one.support[index]);
    });
  });

  it("are zeros for no items", () => {
    expect(classificationMeasures(["a", "b"], [], [])).toMatchObject({ items: 0, accuracy: 0, macroF1: 0 });
  });

  it("treat __proto__ as a label like any other", () => {
    const { perClass } = classificationMeasures(["__proto__", "b"], [0, 1], [0, 1]);
    expect(Object.keys(perClass!)).toEqual(["__proto__", "b"]);
  });
});

describe("ROUGE-L", () => {
  it.each(reference.rouge)("agrees with rouge-score: $generated", ({ generated, reference: text, rougeL: expected }) => {
    expect(rougeL(generated, text)).toBeCloseTo(expected, 12);
  });

  it("counts words of any script", () => {
    expect(rougeL("Привет мир", "привет, мир!")).toBe(1);
    expect(rougeL("कविता अच्छी है", "कविता है")).toBeCloseTo(0.8, 12);
  });

  it("is symmetric, between 0 and 1, and 1 for equal words", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 12 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(rougeL(one, other)).toBeCloseTo(rougeL(other, one), 12);
        expect(rougeL(one, other)).toBeGreaterThanOrEqual(0);
        expect(rougeL(one, other)).toBeLessThanOrEqual(1);
        expect(rougeL(one, one)).toBe(1);
      }),
    );
  });
});

describe("exact match", () => {
  it.each(reference.squad)("normalises as SQuAD's script does: $text", ({ text, normalized }) => {
    expect(normalizeAnswer(text)).toBe(normalized);
  });

  it("ignores case, punctuation and articles, not words", () => {
    expect(exactMatch("The Eagle!", "eagle")).toBe(true);
    expect(exactMatch("eagles", "eagle")).toBe(false);
  });
});
