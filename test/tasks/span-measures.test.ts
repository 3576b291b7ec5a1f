import { describe, expect, it } from "vitest";
import { evaluationMeasuresSchema } from "../../src/runs/events.js";
import { spansOf } from "../../src/tasks/labelling/spans.js";
import { spanMeasures } from "../../src/tasks/metrics/span-measures.js";
// Made by scripts/reference/spans.py with seqeval.
import reference from "./reference/spans.json" with { type: "json" };

const triples = (tags: readonly string[], mode: "default" | "strict") => spansOf(tags, mode).map(({ type, start, end }) => [type, start, end]);

describe("spans of tags", () => {
  it.each(reference.spans.map((one) => [one.tags.join(" "), one] as const))("are seqeval's: %s", (_, one) => {
    expect(triples(one.tags, "default")).toEqual(one.default);
    expect(triples(one.tags, "strict")).toEqual(one.strict);
  });

  it("take whatever is no tag for O", () => {
    expect(triples(["B-a", "", "I-a", "X-a", "b-a"], "default")).toEqual([["a", 0, 1], ["a", 2, 3]]);
  });
});

describe("span measures", () => {
  it.each(reference.cases.map((one, index) => [index, one] as const))("agree with seqeval, case %i", (_, one) => {
    const measures = evaluationMeasuresSchema.parse({ items: one.expected.length, ...spanMeasures(one.expected.map((expected, row) => ({ expected, predicted: one.predicted[row] }))) });
    expect(measures.spanF1).toBeCloseTo(one.f1, 12);
    expect(measures.spanPrecision).toBeCloseTo(one.precision, 12);
    expect(measures.spanRecall).toBeCloseTo(one.recall, 12);
    expect(measures.spanF1Strict).toBeCloseTo(one.strictF1, 12);
    const perType = one.perType as unknown as Record<string, { precision: number; recall: number; f1: number; support: number }>;
    expect(Object.keys(measures.perClass!).sort()).toEqual(Object.keys(perType).sort());
    for (const [type, figures] of Object.entries(perType)) {
      expect(measures.perClass![type].support).toBe(figures.support);
      for (const key of ["precision", "recall", "f1"] as const) expect(measures.perClass![type][key]).toBeCloseTo(figures[key], 12);
    }
  });

  it("are zeros for no rows, and where nothing is found or there is nothing to find", () => {
    const none = { spanF1: 0, spanF1Strict: 0, spanPrecision: 0, spanRecall: 0, perClass: {} };
    expect(spanMeasures([])).toEqual({ ...none, exactMatch: 0 });
    expect(spanMeasures([{ expected: ["O"], predicted: ["O"] }])).toEqual({ ...none, exactMatch: 1 });
    expect(spanMeasures([{ expected: ["B-__proto__"], predicted: ["O"] }])).toEqual({ ...none, exactMatch: 0, perClass: { ["__proto__"]: { precision: 0, recall: 0, f1: 0, support: 1 } } });
  });

  it("count a row as right where its spans are right, however they are tagged", () => {
    expect(spanMeasures([{ expected: ["B-a", "I-a", "O"], predicted: ["I-a", "I-a", "O"] }])).toMatchObject({ exactMatch: 1, spanF1: 1, spanF1Strict: 0 });
  });
});
