import { beforeAll, describe, expect, it } from "vitest";
import { resultEventSchema, runEventSchema } from "../../../src/runs/events.js";
import { type PredictionRow, readPredictions } from "../../../src/runs/predictions.js";
import { RunFolder } from "../../../src/runs/run-folder.js";
import { type Ended, tinyModel, withBuiltPtune, workspace } from "./ptune.js";

/** Each task from its file to the report, with the tiny model. */

withBuiltPtune();
const here = workspace();

const jsonLines = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join("\n");
const training = { steps: 150, batchSize: 4, learningRate: 0.1, checkpointEvery: 30, threads: 1 };
const splits = { train: "train.jsonl", validation: "dev.jsonl", test: "test.jsonl" };

function write(name: string, rowsOf: (from: number, count: number) => object[], experiment: { columns: object; task: object; evaluation: object }): string {
  for (const [file, from, count] of [["train", 0, 24], ["dev", 100, 8], ["test", 200, 12]] as const) here.write(`${name}/${file}.jsonl`, jsonLines(rowsOf(from, count)));
  const { columns, task, evaluation } = experiment;
  here.write(`${name}/${name}.ptune.json`, JSON.stringify({ name, model: { path: tinyModel }, dataset: { ...splits, columns }, task, training, evaluation }));
  return `${name}/${name}.ptune.json`;
}

function resultOf({ code, stderr, json }: Ended) {
  expect(code, stderr).toBe(0);
  const events = json();
  for (const event of events) runEventSchema.parse(event);
  return { result: resultEventSchema.parse(events.at(-1)), notices: events.filter(({ type }) => type === "message").map(({ code: found, level, text }) => ({ code: found as string, level: level as string, text: text as string })) };
}

describe("sequence labelling", () => {
  let ended: Ended;
  let run: string;

  beforeAll(async () => {
    const rows = (from: number, count: number) => Array.from({ length: count }, (_, at) => ({ words: [`day ${from + at}`, "a"], tags: at === 1 ? "O B-place" : ["O", "B-place"] }));
    const file = write("spans", rows, { columns: { tokens: "words", tags: "tags" }, task: { type: "sequence-labelling", template: "Text: {tokens}\n{soft:8}Spans:{tags}", verbalizer: { place: "a" }, maxNewTokens: 24 }, evaluation: { every: 75, baselines: ["zero-shot", { hardPrompt: "places" }] } });
    expect((await here.run(["validate", file])).stdout).toContain("is right");
    ended = await here.run(["run", file, "--json"]);
    run = resultOf(ended).result.run;
  }, 60_000);

  it("learns the spans and measures them, by type too", () => {
    const { test, baselines, faithfulness } = resultOf(ended).result;
    expect(test).toMatchObject({ items: 12, perClass: { place: { support: 12, f1: test!.spanF1 } } });
    // A model of random weights: most rows, not all of them.
    expect(test!.spanF1).toBeGreaterThan(0.5);
    expect(test!.exactMatch! * 12 + test!.reading!.rows).toBe(12);
    expect(Object.keys(baselines)).toEqual(["zero-shot", "hard prompt: places"]);
    expect(baselines["zero-shot"]).toMatchObject({ spanF1: 0, exactMatch: 0 });
    expect(baselines["zero-shot"].loss).toBeGreaterThan(test!.loss!);
    expect(faithfulness).toMatchObject({ learned: test!.spanF1 });
  });

  it("keeps every answer, with the text it was read from where that says more", async () => {
    const rows: PredictionRow[] = [];
    await readPredictions(new RunFolder(run), (row) => void (row.set === "learned" && rows.push(row)));
    expect(rows).toHaveLength(12);
    expect(rows.every(({ expected }) => expected === "place: a")).toBe(true);
    expect(rows.reduce((sum, { scores }) => sum + scores.exactMatch, 0) / 12).toBeCloseTo(resultOf(ended).result.test!.exactMatch!, 12);
    for (const { predicted, generated, scores } of rows) expect([predicted, generated !== undefined && generated !== "a: a"]).toEqual(scores.exactMatch === 1 ? ["place: a", false] : ["none", true]);
  });

  it("keeps the types with the run, so that it answers and is measured again without them being said", async () => {
    const predicted = await here.run(["predict", run, "day 205 a", '{"tokens": ["day 206", "a"]}', "--json"]);
    expect(predicted.code, predicted.stderr).toBe(0);
    const [plain, listed] = predicted.json();
    expect([plain.words, listed.words]).toEqual([["day", "205", "a"], ["day 206", "a"]]);
    for (const { predicted: text, tags, generated } of [plain, listed]) expect([text, tags.at(-1)]).toEqual(generated === "a: a" ? ["place: a", "B-place"] : ["none", "O"]);
    const { spanF1, spanRecall, exactMatch, reading } = resultOf(ended).result.test!;
    const evaluated = await here.run(["evaluate", run]);
    expect(evaluated.stdout).toMatch(/^ +span F1 +strict F1 +precision +recall +exact match +loss$/m);
    const told = /^ {2}soft prompt +([\d.]+) +[\d.]+ +[\d.]+ +([\d.]+) +([\d.]+)/m.exec(evaluated.stdout)!.slice(1);
    expect(told).toEqual([spanF1!, spanRecall!, exactMatch!].map((value) => value.toFixed(4)));
    expect(evaluated.stdout).toMatch(/^ {2}place +[\d.]+ +[\d.]+ +[\d.]+ +12$/m);
    expect(evaluated.stdout).toContain(reading!.rows === 0 ? "Every answer could be read as it stands." : `Of ${reading!.rows} of 12 answers something was left out: `);
  });

  it("is listed, inspected and exported with its measure", async () => {
    expect((await here.run(["runs"])).stdout).toMatch(new RegExp(`^spans-\\S+ +succeeded +150 +span F1 +${resultOf(ended).result.test!.spanF1!.toFixed(4)}`, "m"));
    expect((await here.run(["inspect", run, "--faithfulness"])).code).toBe(0);
    expect((await here.run(["export", run, "--to", "exported"])).code).toBe(0);
    expect(JSON.parse(here.read("exported/tuning.json"))).toMatchObject({ task: { type: "sequence-labelling", verbalizer: { place: "a" } }, labels: ["place"] });
    const [exported, kept] = await Promise.all(["exported", run].map(async (prompt) => (await here.run(["predict", prompt, "day 205 a", "--json"])).json()));
    expect(exported).toEqual(kept);
  });
});

it("a pair loses the end of the named text, and the run says how many did", async () => {
  const rows = (from: number, count: number) => Array.from({ length: count }, (_, at) => ({ passage: `${at % 2 === 0 ? "yes it is" : "no never"} ${"and so on ".repeat(at === 0 ? 40 : 1)}${from + at}`, question: `is it ${from + at}?`, label: at % 2 === 0 }));
  const file = write("pair", rows, { columns: { passage: "passage", question: "question", label: "label" }, task: { type: "classification", template: "{passage}\n{question}\n{soft:4}Answer:{label}", verbalizer: { false: " no", true: " yes" }, maxRowTokens: 80, cut: ["passage"] }, evaluation: { every: 75, baselines: [] } });
  const { result, notices } = resultOf(await here.run(["run", file, "--json"]));
  expect(result.test?.items).toBe(12);
  for (const [split, all] of [["train", 24], ["validation", 8], ["test", 12]] as const)
    expect(notices).toContainEqual({ code: "row-tokens", level: "info", text: expect.stringMatching(new RegExp(`^${split}: 1 of ${all} rows were longer than task.maxRowTokens; \\{passage\\} was cut at the end until they fit`)) });
});

it("passages are left out until a row fits, may be missing, and what they are worth is measured", async () => {
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({ question: `is it ${from + at}?`, answer: at % 2 === 0 ? "yes" : "no", ...(at % 4 === 3 ? {} : { found: [`${at % 2 === 0 ? "it is so" : "never"} ${from + at}`, ...(at === 0 ? [{ text: "word ".repeat(30) }] : [])] }) }));
  const file = write("retrieved", rows, { columns: { context: "found", question: "question", label: "answer" }, task: { type: "classification", template: "{context}\n{question}\n{soft:4}Answer:{label}", verbalizer: { no: " no", yes: " yes" }, maxRowTokens: 80 }, evaluation: { every: 75, baselines: ["without-context", "majority"] } });
  const { result, notices } = resultOf(await here.run(["run", file, "--json"]));
  expect(result.test?.items).toBe(12);
  expect(result.baselines["without-context"]).toMatchObject({ items: 12, accuracy: expect.any(Number) });
  expect(result.baselines["without-context"].context).toBeUndefined();
  const { with: given, without } = result.test!.context!;
  expect([given.items, without.items]).toEqual([9, 3]);
  expect((given.value * 9 + without.value * 3) / 12).toBeCloseTo(result.test!.accuracy!, 12);
  expect((await here.run(["evaluate", result.run])).stdout).toContain(`accuracy of the 9 rows with context ${given.value.toFixed(4)}, of the 3 without ${without.value.toFixed(4)}`);
  // Without its passages a row says nothing of its answer: the same task on other texts.
  expect(result.baselines["without-context"].loss).not.toBeCloseTo(result.test!.loss!, 4);
  expect(notices).toContainEqual({ code: "passages", level: "info", text: "test: 1 of 12 rows did not hold all of their context; 1 of 10 passages were left out." });
  expect(notices).toContainEqual({ code: "no-context", level: "info", text: "test: 3 of 12 rows have no context." });
  const predicted = await here.run(["predict", result.run, "is it 5?", '{"question": "is it 6?", "context": ["it is so", "never"]}', "--json"]);
  expect(predicted.json().map(({ predicted: label }) => label)).toEqual([expect.stringMatching(/^(yes|no)$/), expect.stringMatching(/^(yes|no)$/)]);
});

it("input, output and instructions are a generation, also where a row has no instructions", async () => {
  const rows = (from: number, count: number) => Array.from({ length: count }, (_, at) => ({ input: `say ${from + at}`, output: "yes", ...(at % 2 === 0 ? { system: "Be brief." } : {}) }));
  const file = write("chat", rows, { columns: { system: "system", input: "input", output: "output" }, task: { type: "generation", template: "{system}\nInput: {input}\n{soft:6}Output:{output}", maxNewTokens: 16 }, evaluation: { every: 75, baselines: ["zero-shot"] } });
  const { result } = resultOf(await here.run(["run", file, "--json"]));
  expect(result.test).toMatchObject({ items: 12, rougeL: expect.any(Number) });
  expect(result.baselines["zero-shot"].loss).toBeGreaterThan(result.test!.loss!);
  const [plain, empty] = (await here.run(["predict", result.run, "say 5", '{"input": "say 5", "system": ""}', "--json"])).json();
  expect(plain.predicted).toBe(empty.predicted);
});
