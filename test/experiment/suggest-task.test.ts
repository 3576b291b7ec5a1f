import { existsSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTable } from "../../src/data/read-table.js";
import { validateExperimentText } from "../../src/experiment/load-experiment.js";
import { likelyAnswer, newExperimentText } from "../../src/experiment/new-experiment.js";
import { suggestTask } from "../../src/experiment/suggest-task.js";

type Rows = readonly Readonly<Record<string, string>>[];

/** The experiment that would be written for rows, checked. */
function written(rows: Rows, answer: string, texts?: string[]) {
  const suggestion = suggestTask(Object.keys(rows[0]), rows, answer, texts);
  const { experiment, diagnostics } = validateExperimentText(newExperimentText({ name: "a", model: "smollm2-135m-instruct", data: { type: "files", train: "t.jsonl", answer, ...suggestion } }));
  expect(diagnostics).toEqual([]);
  const { task, dataset, evaluation } = experiment!;
  return { ...task, columns: (dataset as { columns: object }).columns, metric: evaluation.metric };
}

describe("a task for a data set", () => {
  it("of words and tags is sequence labelling", () => {
    const rows = [{ tokens: '["in","Rome"]', text: "in Rome", tags: '["O","B-creative-work"]' }, { tokens: '["so"]', text: "so", tags: '["O"]' }];
    expect(written(rows, "tags")).toMatchObject({ type: "sequence-labelling", template: "Text: {tokens}\n{soft:100}Spans:{tags}", columns: { tokens: "tokens", tags: "tags" }, verbalizer: { "creative-work": "creative work" }, metric: "spanF1" });
    const named = [{ tokens: "x y z", words: "in Rome", slots: "O B-loc" }, { tokens: "x", words: "so", slots: "O" }];
    expect(written(named, "slots", ["tokens", "words"])).toMatchObject({ type: "sequence-labelling", columns: { tokens: "words", tags: "slots" } });
  });

  it("of a long and a short text cuts the long one, wherever it stands, and shows it first", () => {
    const rows = Array.from({ length: 6 }, (_, at) => ({ question: `is it ${at}`, passage: "word ".repeat(30), label: at % 2 === 0 ? "yes" : "no" }));
    expect(written(rows, "label")).toMatchObject({ type: "classification", template: "Passage: {passage}\nQuestion: {question}\n{soft:20}Answer:{label}", cut: ["passage"], maxRowTokens: 256 });
    const alike = Array.from({ length: 6 }, (_, at) => ({ a: "some text", b: "other text", label: String(at % 2) }));
    expect(written(alike, "label")).toMatchObject({ template: "A: {a}\nB: {b}\n{soft:20}Answer:{label}", maxTokens: { a: 128, b: 128 } });
    const asked = rows.map(({ question, passage, label }) => ({ question: passage, passage: question, label }));
    expect(suggestTask(["question", "passage"], asked, "label", ["question", "passage"]).roles).toEqual({});
  });

  it("of lists of passages is one with context", () => {
    const rows = Array.from({ length: 4 }, (_, at) => ({ question: `q${at}`, found: at === 2 ? "" : '["one", "two"]', reply: `text ${at}` }));
    expect(written(rows, "reply")).toMatchObject({ type: "generation", template: "Context: {context}\nQuestion: {question}\n{soft:20}Answer:{output}", columns: { context: "found", question: "question", output: "reply" }, maxRowTokens: 256 });
  });

  it("of instructions, input and output is generation", () => {
    const rows = Array.from({ length: 4 }, (_, at) => ({ input: `say ${at}`, output: `hello ${at}`, system: "Be brief." }));
    expect(likelyAnswer(Object.keys(rows[0]))).toBe("output");
    expect(written(rows, "output")).toMatchObject({ type: "generation", template: "{system}\nInput: {input}\n{soft:20}Output:{output}", metric: "rougeL" });
    expect(written(rows.map(({ input, output }) => ({ input, output })), "output")).toMatchObject({ template: "Input: {input}\n{soft:20}Output:{output}" });
  });

  it("of answers that a verbalizer cannot name is generation", () => {
    const rows = ["__proto__", "a", "__proto__"].map((answer) => ({ text: "x y", answer }));
    expect(written(rows, "answer")).toMatchObject({ type: "generation" });
    expect(written(rows.map(({ text }) => ({ text, answer: "B-__proto__ O" })), "answer")).toMatchObject({ type: "generation" });
  });

  it("gives a right experiment for any rows", () => {
    const cell = fc.oneof(fc.string({ unit: "grapheme", maxLength: 10 }), fc.constantFrom('["a"]', "O", "B-x", '["B-x"]', "", "a b", "O B-"));
    const column = fc.oneof(fc.constantFrom("context", "tokens", "tags", "system", "input", "output", "label", "text", "question"), fc.string({ minLength: 1, maxLength: 5 }).filter((name) => name !== "__proto__"));
    fc.assert(
      fc.property(fc.uniqueArray(column, { minLength: 2, maxLength: 5 }), fc.array(fc.array(cell, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 6 }), (columns, cells) => {
        const rows = cells.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
        const result = written(rows, columns[0]);
        expect(Object.values(result.columns)).toContain(columns[0]);
      }),
      { numRuns: 1000 },
    );
  });
});

const shared = path.resolve(import.meta.dirname, "../../../shared/data");

describe.skipIf(!existsSync(shared))("the data sets in ../shared/data", () => {
  const rowsOf = async (file: string): Promise<Rows> => (await readTable(path.join(shared, file))).rows.map(({ cells }) => cells);

  it("are taken for what they are", async () => {
    expect(suggestTask(["tokens", "tags"], await rowsOf("wnut17/train.jsonl"), "tags")).toMatchObject({ task: "sequence-labelling", labels: ["corporation", "creative-work", "group", "location", "person", "product"] });
    expect(suggestTask(["id", "lang", "text", "text_en", "intent", "tokens", "slots"], await rowsOf("xsid/ja/valid.jsonl"), "slots")).toMatchObject({ task: "sequence-labelling", roles: { words: "tokens" } });
    expect(suggestTask(["question", "passage"], await rowsOf("boolq/val.jsonl"), "label", ["question", "passage"])).toMatchObject({ task: "classification", labels: ["false", "true"], roles: { cut: "passage" } });
    expect(suggestTask(["mr", "ref"], await rowsOf("e2e_nlg/train.jsonl"), "ref")).toMatchObject({ task: "generation" });
  });
});
