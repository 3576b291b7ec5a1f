import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTemplate, parseTemplate, templateColumns, type TemplatePart, virtualTokenCount, withHardPrompt, withoutSoftSlots } from "../../src/tasks/template.js";

const parse = (source: string) => parseTemplate(source, "label");
const columnNames = fc.constantFrom("text", "premise", "hypothesis", "Größe", "a.b-c_1");

/** Templates as the parser makes them: no empty text, no two texts in a row, rows numbered in order, one answer at the end. */
const templates = fc
  .array(
    fc.oneof(
      fc.record({ type: fc.constant("text" as const), text: fc.string({ unit: "binary", minLength: 1 }) }),
      fc.record({ type: fc.constant("text" as const), text: fc.stringMatching(/^[{}a\n]{1,6}$/) }),
      fc.record({ type: fc.constant("soft" as const), count: fc.integer({ min: 1, max: 200 }) }),
      fc.record({ type: fc.constant("column" as const), name: columnNames }),
    ),
    { maxLength: 12 },
  )
  .map((drawn) => {
    const parts: TemplatePart[] = [];
    let firstRow = 0;
    for (const part of drawn) {
      if (part.type === "text" && parts.at(-1)?.type === "text") continue;
      parts.push(part.type === "soft" ? { ...part, firstRow } : part);
      if (part.type === "soft") firstRow += part.count;
    }
    return { parts: [...parts, { type: "answer", name: "label" } as const] };
  });

describe("template language", () => {
  it("reads what it writes", () => {
    fc.assert(
      fc.property(templates, (template) => {
        const { template: read, problems } = parse(formatTemplate(template));
        expect(problems).toEqual([]);
        expect(read).toEqual(template);
      }),
      { numRuns: 500 },
    );
  });

  it("numbers the virtual tokens of all slots in order", () => {
    const { template } = parse("{soft:3}a {text}{soft:2}{soft:4}b");
    expect(template.parts.flatMap((part) => (part.type === "soft" ? [[part.firstRow, part.count]] : []))).toEqual([
      [0, 3],
      [3, 2],
      [5, 4],
    ]);
    expect(virtualTokenCount(template)).toBe(9);
  });

  it("puts the answer at the end when the template does not say where", () => {
    expect(parse("{soft:1}x").template.parts.at(-1)).toEqual({ type: "answer", name: "label" });
    expect(parseTemplate("{soft:1}x", "output").template.parts.at(-1)).toEqual({ type: "answer", name: "output" });
  });

  it("knows each column once, and only those before the answer", () => {
    expect(templateColumns(parse("{a}{soft:1}{b}{a}{label}").template)).toEqual(["a", "b"]);
  });

  it.each([
    ["a } b", 2, 1],
    ["a { b", 2, 1],
    ["{a\n}", 0, 1],
    ["x{}", 1, 2],
    ["x{ }", 1, 3],
    ["{soft}", 0, 6],
    ["{soft:}", 0, 7],
    ["{soft:0}", 0, 8],
    ["{soft:1001}", 0, 11],
    ["{soft:-1}", 0, 9],
    ["{soft:1.5}", 0, 10],
    ["{soft:99999999999999999999}", 0, 27],
    ["{a b}", 0, 5],
    ["{1}", 0, 3],
    ["{output}", 0, 8],
    ["{soft:1}{label}{label}", 15, 7],
    ["{label}{soft:2}", 7, 8],
  ])("says where %j is wrong", (source, offset, length) => {
    const errors = parse(source).problems.filter((problem) => problem.severity === "error");
    expect(errors).toContainEqual(expect.objectContaining({ offset, length }));
  });

  it("refuses more virtual tokens than a whole template may hold", () => {
    expect(parse("{soft:1000}".repeat(4)).problems).toEqual([]);
    expect(parse("{soft:1000}".repeat(5)).problems).toHaveLength(1);
  });

  it("warns of text behind the answer, which cannot change it", () => {
    expect(parse("{soft:1}{label} is it").problems).toEqual([expect.objectContaining({ severity: "warning", offset: 15, length: 6 })]);
    expect(parse("{soft:1}{label}\n").problems).toEqual([]);
  });

  it("never throws, and points into the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[{}softlabe:0-9 \n]{0,30}$/)), (source) => {
        const { template, problems } = parse(source);
        expect(template.parts.filter((part) => part.type === "answer").length === 1 || problems.length > 0).toBe(true);
        for (const { offset, length } of problems) {
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThan(0);
          expect(offset + length).toBeLessThanOrEqual(source.length);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("templates of the baselines", () => {
  const { template } = parse("A {soft:2} b{text}{soft:3}c");

  it("removes the soft slots and joins the text around them", () => {
    expect(withoutSoftSlots(template).parts).toEqual([
      { type: "text", text: "A  b" },
      { type: "column", name: "text" },
      { type: "text", text: "c" },
      { type: "answer", name: "label" },
    ]);
  });

  it("puts the hard prompt in the first slot's place as a piece of its own", () => {
    expect(withHardPrompt(template, "H").parts).toEqual([
      { type: "text", text: "A " },
      { type: "text", text: "H", hardPrompt: true },
      { type: "text", text: " b" },
      { type: "column", name: "text" },
      { type: "text", text: "c" },
      { type: "answer", name: "label" },
    ]);
  });
});
