import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { taskSchema } from "../../src/experiment/schema.js";
import { createTask } from "../../src/tasks/create-task.js";
import { createTemplateEncoder, type TemplateEncoderOptions } from "../../src/tasks/encode-template.js";
import { readPassages } from "../../src/tasks/passages.js";
import { parseTemplate } from "../../src/tasks/template.js";
import { bytes, byteTokenizer } from "./byte-tokenizer.js";

function encoder(source: string, options: Partial<TemplateEncoderOptions> = {}) {
  return createTemplateEncoder(parseTemplate(source, "label").template, { tokenizer: byteTokenizer(), contextLength: 1000, ...options });
}
const list = (...passages: string[]): string => JSON.stringify(passages);

describe("passages of a cell", () => {
  it("are the items of a list, the texts in objects, or the cell itself", () => {
    expect(readPassages('["a b", "", " ", null, {"id": 1, "text": "c"}, {"title": "d"}, 5, ["e"]]')).toEqual(["a b", "c", '{"title":"d"}', "5", '["e"]']);
    expect(readPassages("one passage")).toEqual(["one passage"]);
    expect(readPassages("[1] a footnote")).toEqual(["[1] a footnote"]);
    expect(readPassages(" ")).toEqual([]);
    expect(readPassages("[]")).toEqual([]);
  });

  it("are texts, whatever the cell holds", () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (cell) => readPassages(cell).every((passage) => passage.trim() !== "")));
  });
});

describe("a row with passages", () => {
  it("holds as many whole ones as fit, and keeps everything else", () => {
    const made = encoder("{context}|{text}", { contextLength: 13 });
    expect([...made.encode({ context: list("aaa", "bbb", "ccc"), text: "xyz" }).tokens]).toEqual(bytes("aaa\nbbb|xyz"));
    expect(made.encode({ context: list("aaa", "bbb", "ccc"), text: "xyz" })).toMatchObject({ cutByMaximum: 0, cutByContext: 0, cutSlots: ["context"], passages: { given: 3, leftOut: 1, lost: 4 } });
    expect([...made.encode({ context: list("aaa", "bbb", "ccc"), text: "0123456789" }).tokens]).toEqual(bytes("aa|0123456789"));
    expect([...made.encode({ context: list("aaa", "bbb"), text: "0123456789xyz" }).tokens]).toEqual(bytes("|0123456789xy"));
    expect(made.encode({ context: "", text: "xyz" })).toMatchObject({ tokens: Int32Array.from(bytes("|xyz")), passages: { given: 0, leftOut: 0, lost: 0 } });
  });

  it("keeps to the column's own limit, to the number of passages and to the separator", () => {
    const context = { separator: " / ", maxPassages: 2 };
    expect([...encoder("C: {context}", { context }).encode({ context: list("a", "b", "c") }).tokens]).toEqual(bytes("C: a / b"));
    const limited = encoder("{context}", { maxTokens: { context: 5 } }).encode({ context: list("aaa", "bbb", "ccc") });
    expect([[...limited.tokens], limited.passages]).toEqual([bytes("aaa"), { given: 3, leftOut: 2, lost: 8 }]);
    expect([...encoder("{context}", { maxTokens: { context: 2 } }).encode({ context: list("aaa", "bbb") }).tokens]).toEqual(bytes("aa"));
  });

  it("loses passages before any other text loses a token, whatever the lengths", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), text, fc.integer({ min: 4, max: 40 }), (passages, question, room) => {
        const { tokens, passages: told, cutByContext } = encoder("{soft:2}{context}?{text}", { maxRowTokens: room }).encode({ context: list(...passages), text: question });
        expect(tokens.length).toBeLessThanOrEqual(room);
        const given = passages.filter((passage) => passage !== "");
        expect(told.given).toBe(given.length);
        const whole = given.join("\n").length;
        expect(told.lost > 0).toBe(whole > 0 && whole + question.length + 3 > room);
        if (cutByContext > 0) expect(told.lost).toBe(whole);
        const shown = new TextDecoder().decode(Uint8Array.from(tokens.filter((id) => id >= 0))).split("?")[0];
        expect(given.join("\n").startsWith(shown)).toBe(true);
        if (told.leftOut < given.length - 1) expect(shown).toBe(given.slice(0, given.length - told.leftOut).join("\n"));
      }),
    );
  });

  it("is told of once a split", () => {
    const task = createTask(taskSchema.parse({ type: "classification", template: "{soft:2}{context}?{text}{label}", verbalizer: { a: "a", b: "b" }, maxRowTokens: 12 }), { tokenizer: byteTokenizer(), contextLength: 100, labels: [] });
    const row = (index: number, context: string) => ({ index, fields: { context, text: "x" }, label: index === 0 ? "a" : "b" });
    expect(task.check([row(0, list("aaaa", "bbbb")), row(1, ""), row(2, "cc")], "train").map(({ code, message }) => [code, message])).toEqual([
      ["passages", "train: 1 of 3 rows did not hold all of their context; 1 of 3 passages were left out."],
      ["no-context", "train: 1 of 3 rows have no context."],
    ]);
  });
});

describe("a pair that is too long", () => {
  it("loses the end of the named column, never the other one", () => {
    const made = encoder("{passage}|{question}", { contextLength: 12, cut: ["passage"] });
    expect([...made.encode({ passage: "pppppp", question: "0123456789" }).tokens]).toEqual(bytes("p|0123456789"));
    expect(made.encode({ passage: "pppppp", question: "0123456789" })).toMatchObject({ cutByContext: 5, cutSlots: ["passage"] });
    expect(() => made.encode({ passage: "p", question: "0123456789ab" })).toThrowError(expect.objectContaining({ kind: "data", reason: "The longest that is left is {question} with 12 tokens." }));
  });

  it("loses the columns in the order they are named", () => {
    const made = encoder("{a}|{b}", { contextLength: 6, cut: ["b", "a"] });
    expect([...made.encode({ a: "aaaa", b: "bbbb" }).tokens]).toEqual(bytes("aaaa|b"));
    expect([...made.encode({ a: "aaaaaa", b: "bbbb" }).tokens]).toEqual(bytes("aaaaa|"));
  });

  it("is measured by task.maxRowTokens where that is less than the backbone's context", () => {
    expect([...encoder("{soft:3}{a}", { maxRowTokens: 5 }).encode({ a: "aaaa" }).tokens]).toEqual([-1, -1, -1, ...bytes("aa")]);
    expect(encoder("{a}", { maxRowTokens: 5 }).bound).toBe("maxRowTokens");
    expect(encoder("{a}", { maxRowTokens: 5000 }).bound).toBe("context");
    expect(() => encoder("{soft:3}abc{a}", { maxRowTokens: 5 })).toThrowError(expect.objectContaining({ kind: "experiment", message: "The template alone takes 6 tokens, and task.maxRowTokens is 5." }));
  });

  it("is told of by the row's number, and by what was cut", () => {
    const made = (more: object) => createTask(taskSchema.parse({ type: "classification", template: "{soft:2}{passage}|{question}{label}", verbalizer: { a: "a", b: "b" }, maxRowTokens: 8, ...more }), { tokenizer: byteTokenizer(), contextLength: 100, labels: [] });
    const rows = [{ index: 6, fields: { passage: "pppp", question: "qqq" }, label: "a" }, { index: 7, fields: { passage: "", question: "q" }, label: "b" }];
    expect(made({ cut: ["passage"] }).check(rows, "train")).toEqual([{ code: "row-tokens", message: "train: 1 of 2 rows were longer than task.maxRowTokens; {passage} was cut at the end until they fit (2 tokens lost)." }]);
    expect(made({}).check(rows, "train")[0].message).toContain("their longest column was cut");
    expect(() => made({ cut: ["question"] }).check([{ index: 6, fields: { passage: "p".repeat(9), question: "q" }, label: "a" }], "train")).toThrowError(expect.objectContaining({ message: expect.stringMatching(/^Row 7: The row is too long/) }));
  });
});
