import fc from "fast-check";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { compareConfigurations, flatten } from "../../src/comparison/configuration.js";
import { groupRuns } from "../../src/comparison/groups.js";
import { columnsOf, buildResults, mainMeasure, sortResults } from "../../src/comparison/results.js";
import { type MeasureKey, measuresOf, type Measures } from "../../src/comparison/measures.js";
import { AnswerScores } from "../../src/comparison/paired-rows.js";
import { toCsv, toMarkdown } from "../../src/comparison/table-text.js";

const run = (path: string, rate: number, seed: number, measures: Measures, finished = true) => ({ path, measures, finished, configuration: flatten({ rate, training: { seed } }) });
const group = <Run extends ReturnType<typeof run>>(runs: readonly Run[]) => groupRuns(runs, compareConfigurations(runs.map(({ configuration }) => configuration)));

const runs = [
  run("a1", 1, 1, { "test.accuracy": 0.8, "test.loss": 0.5, seconds: 10 }),
  run("a2", 1, 2, { "test.accuracy": 0.9, "test.loss": 0.3, seconds: 12 }),
  run("a3", 1, 3, { "validation.accuracy": 0.99, seconds: 1 }, false),
  run("b1", 2, 1, { "test.accuracy": 0.95, "test.loss": 0.4, seconds: 30 }),
  run("c1", 3, 1, {}, false),
];

describe("the table of results", () => {
  it("has means and deviations of the finished runs, deltas to the baseline and to its group, and the best of each column", () => {
    const [a, b, c] = buildResults(group(runs), "a1");
    expect(a.cells["test.accuracy"]).toMatchObject({ spread: { count: 2, deviation: expect.closeTo(Math.sqrt(0.005), 12) }, best: false });
    expect(a.cells["test.accuracy"]!.value).toBeCloseTo(0.85, 12);
    expect(a.cells["test.accuracy"]!.delta).toBeUndefined();
    expect(b.cells["test.accuracy"]).toMatchObject({ value: 0.95, best: true, delta: { direction: "better" } });
    expect(b.cells["test.accuracy"]!.delta!.value).toBeCloseTo(0.1, 12);
    expect(b.cells.seconds).toMatchObject({ best: false, delta: { value: 19, direction: "worse" } });
    expect(b.cells["test.loss"]).toMatchObject({ delta: { direction: "same" } });
    expect(a.cells["validation.accuracy"]).toBeUndefined();
    expect(c.cells).toEqual({});
    const [a1, a2, a3] = a.rows;
    expect(a1.cells["test.accuracy"]).toEqual({ value: 0.8, best: false });
    expect(a2.cells["test.loss"]).toMatchObject({ best: true, delta: { direction: "better" } });
    expect(a3.cells["validation.accuracy"]).toEqual({ value: 0.99, best: false });
    expect(b.rows[0].cells["test.accuracy"]).toMatchObject({ best: true });
  });

  it("without a baseline has no deltas", () => {
    const results = buildResults(group(runs), undefined);
    expect(results.flatMap(({ cells, rows }) => [cells, ...rows.map((row) => row.cells)]).flatMap((cells) => Object.values(cells)).filter(({ delta }) => delta)).toEqual([]);
  });

  it("has the columns that any run has; the test measure decides", () => {
    expect(columnsOf(runs)).toEqual(["test.accuracy", "test.loss", "validation.accuracy", "seconds"]);
    expect(mainMeasure(columnsOf(runs))).toBe("test.accuracy");
    expect(mainMeasure(columnsOf(runs.slice(2, 3)))).toBe("validation.accuracy");
    expect(mainMeasure([])).toBeUndefined();
  });

  it("sorts groups and the runs in them; what has no value comes last both ways", () => {
    const results = buildResults(group(runs), undefined);
    const order = (descending: boolean) => sortResults(results, { by: "test.accuracy", descending }).map(({ group: { index }, rows }) => [index, ...rows.map((row) => row.run.path)]);
    expect(order(true)).toEqual([[1, "b1"], [0, "a2", "a1", "a3"], [2, "c1"]]);
    expect(order(false)).toEqual([[0, "a1", "a2", "a3"], [1, "b1"], [2, "c1"]]);
    expect(sortResults(results, { by: "chosen", descending: false })).toEqual(results);
  });
});

describe("measures of a run", () => {
  const evaluation = (step: number, accuracy: number, best?: boolean) => ({ type: "evaluation" as const, step, split: "validation" as const, measures: { items: 4, accuracy, loss: null }, best });
  it("are those of its result and of the evaluation it chose; numbers that are none are left out", () => {
    const result = { type: "result", status: "succeeded", run: "", adapter: null, test: { items: 9, accuracy: 0.7, macroF1: 0.6, loss: 1 }, baselines: {}, seconds: 3, trainingSeconds: 2, peakMemoryMB: 1 } as const;
    expect(measuresOf({ evaluations: [evaluation(1, 0.5, true), evaluation(2, 0.9, true), evaluation(3, 0.4)], result })).toEqual({ "test.accuracy": 0.7, "test.macroF1": 0.6, "test.loss": 1, "validation.accuracy": 0.9, seconds: 3 });
    const spans = { items: 9, spanF1: 0.5, spanF1Strict: 0.4, spanPrecision: 0.6, spanRecall: 0.3, exactMatch: 0.2, loss: null, reading: { rows: 1, unreadable: 1, unknownTypes: 0, invented: 0, repeated: 0, missing: 0, surplus: 0 } };
    const labelled = measuresOf({ evaluations: [], result: { ...result, test: spans } });
    expect(labelled).toEqual({ "test.spanF1": 0.5, "test.spanF1Strict": 0.4, "test.spanPrecision": 0.6, "test.spanRecall": 0.3, "test.exactMatch": 0.2, seconds: 3 });
    expect(mainMeasure(Object.keys(labelled) as MeasureKey[])).toBe("test.spanF1");
    expect(measuresOf({ evaluations: [evaluation(1, 0.5)] })).toEqual({ "validation.accuracy": 0.5 });
    expect(measuresOf({ evaluations: [], result: { ...result, status: "stopped", test: null } })).toEqual({});
  });
});

describe("answers of two runs", () => {
  const scores = (rows: readonly [index: number, row: string, accuracy: number][]): AnswerScores => {
    const answers = new AnswerScores();
    for (const [index, row, accuracy] of rows) answers.add({ index, row, scores: { accuracy } });
    return answers;
  };
  it("are paired by place and content; others are counted", () => {
    const a = scores([[0, "aa", 1], [1, "bb", 0], [2, "cc", 1], [3, "dd", 1]]);
    const b = scores([[0, "aa", 0], [1, "bb", 1], [2, "XX", 1], [5, "dd", 1]]);
    expect(AnswerScores.differences(a, b, "accuracy")).toEqual({ differences: Float64Array.of(-1, 1), onlyA: 2, onlyB: 2 });
    expect(AnswerScores.differences(a, b, "rougeL")).toMatchObject({ differences: new Float64Array() });
    expect(a.measures).toEqual(["accuracy"]);
    expect(new AnswerScores().measures).toEqual([]);
  });
});

describe("a table as text", () => {
  it("as CSV is read back as it was; formulas are told to be texts", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.string()), { minLength: 1, maxLength: 5 }), (rows) => {
        const read: string[][] = parse(toCsv(rows), { relax_column_count: true, skip_empty_lines: false, record_delimiter: "\r\n" });
        const told = (text: string): string => (/^[=+\-@\t\r]/.test(text) && !(text.trim() !== "" && Number.isFinite(Number(text))) ? `'${text}` : text);
        expect(read).toEqual(rows.map((row) => row.map(told)));
      }),
    );
    expect(toCsv([["=1+1", "-0.5", "a,b", 'q"'], ["-x", "+3", "", "é"]])).toBe("'=1+1,-0.5,\"a,b\",\"q\"\"\"\r\n'-x,+3,,é\r\n");
  });

  it("as Markdown keeps its cells, whatever stands in them", () => {
    expect(toMarkdown([["Run", "Accuracy"], ["a|b_c\n*d*", "0.5"]], [false, true])).toBe("| Run | Accuracy |\n| --- | ---: |\n| a\\|b\\_c \\*d\\* | 0.5 |\n");
  });
});
