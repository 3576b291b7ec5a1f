import { describe, expect, it } from "vitest";
import type { Example } from "../../src/data/example.js";
import { taskSchema } from "../../src/experiment/schema.js";
import { createHardPromptTask, createTask, createZeroShotTask } from "../../src/tasks/create-task.js";
import { evaluate, predict } from "../../src/tasks/evaluate.js";
import { evaluateMajority } from "../../src/tasks/majority.js";
import type { ClassificationTask } from "../../src/tasks/task.js";
import { bytes, byteTokenizer } from "./byte-tokenizer.js";
import { hashProgram, hashScore, logSoftmax } from "./hash-program.js";

const settings = (more: object = {}) => taskSchema.parse({ type: "classification", template: "{text}{soft:2}L:{label}", ...more });
const example = (index: number, text: string, label?: string): Example => ({ index, fields: { text }, label });
const train = [example(0, "one", "ab"), example(1, "", "ac"), example(2, "three, longer", "b"), example(3, "four", "b")];
const context = { tokenizer: byteTokenizer(), contextLength: 200, labels: ["b", "ab", "ac"] };
const words = { ab: "ab", ac: "ac", b: "b" };
const classification = (more: object = { verbalizer: words }) => createTask(settings(more), context) as ClassificationTask;

describe("classification by words", () => {
  it("trains on the way to the right label, one scored row where labels part", () => {
    const task = classification();
    expect(task.head).toEqual({ kind: "words", tokenIds: Int32Array.from(bytes("abc")) });
    expect(task.virtualTokens).toBe(2);
    const { tokens, virtualTokens, scored } = task.trainingSequence(train[0]);
    expect([...tokens]).toEqual([...bytes("one"), -1, -1, ...bytes("L:a")]);
    expect([...virtualTokens]).toEqual([-1, -1, -1, 0, 1, -1, -1, -1]);
    expect(scored).toEqual([
      { row: 6, target: 0, allowed: Int32Array.of(0, 1) },
      { row: 7, target: 1, allowed: Int32Array.of(1, 2) },
    ]);
    // "b" is decided by its first token: nothing follows the prompt.
    expect([...task.trainingSequence(train[3]).tokens]).toEqual([...bytes("four"), -1, -1, ...bytes("L:")]);
  });

  it("assembles the labels' probabilities, and their mean loss is the training loss", async () => {
    const task = classification();
    const program = hashProgram(task.head, 258);
    const { measures, predictions } = await evaluate(task, program, {}, train, { batchSize: 3 });
    predictions.forEach(({ probabilities, predicted, expected }, index) => {
      const sequence = { tokens: Int32Array.from([...bytes(train[index].fields.text), -1, -1, ...bytes("L:a")]), virtualTokens: Int32Array.from([...bytes(train[index].fields.text).map(() => -1), 0, 1, -1, -1, -1]) };
      const row = sequence.tokens.length - 2;
      const scores = (at: number, allowed: number[]) =>
        logSoftmax(
          [0, 1, 2].map((headRow) => hashScore(sequence, at, headRow)),
          allowed,
        );
      const [a, b] = scores(row, [0, 1]);
      const second = scores(row + 1, [1, 2]);
      const byHand = [a + second[1], a + second[2], b];
      expect([...probabilities!.values()].reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
      [...probabilities!.values()].forEach((value, label) => expect(value).toBeCloseTo(Math.exp(byHand[label]), 5));
      expect(predicted).toBe(["ab", "ac", "b"][byHand.indexOf(Math.max(...byHand))]);
      expect(expected).toBe(train[index].label);
    });
    const training = await program.score(
      train.map((row) => task.trainingSequence(row)),
      {},
    );
    expect(measures.loss).toBeCloseTo(training.loss, 5);
    expect(measures.items).toBe(4);
    expect(measures.labels).toEqual(["ab", "ac", "b"]);
  });

  it("scores the longest sequences first, at most a batch at once, and reports progress in examples", async () => {
    const task = classification({ verbalizer: { ab: "x", ac: "y", b: "z" } });
    const program = hashProgram(task.head, 258);
    const progress: number[][] = [];
    await evaluate(task, program, {}, train, { batchSize: 3, onProgress: (done, total) => progress.push([done, total]) });
    expect(program.batches).toEqual([[17, 8, 7], [4]]);
    expect(progress).toEqual([
      [3, 4],
      [4, 4],
    ]);
  });

  it("predicts rows without a label, which cannot be evaluated", async () => {
    const task = classification();
    const rows = [example(7, "new")];
    expect(await predict(task, hashProgram(task.head, 258), {}, rows, { batchSize: 1 })).toEqual([expect.objectContaining({ index: 7, expected: undefined })]);
    await expect(evaluate(task, hashProgram(task.head, 258), {}, rows, { batchSize: 1 })).rejects.toMatchObject({ kind: "data", message: expect.stringContaining("Row 8") });
  });

  it("stops when asked", async () => {
    const task = classification();
    const controller = new AbortController();
    const stopped = evaluate(task, hashProgram(task.head, 258), {}, train, { batchSize: 1, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(stopped).rejects.toMatchObject({ kind: "stopped" });
  });

  it("does not pass off scores that are not numbers as an answer", async () => {
    const task = classification();
    const broken = { ...hashProgram(task.head, 258), score: async (batch: readonly { scored: readonly unknown[] }[]) => ({ loss: NaN, logProbabilities: batch.map(({ scored }) => scored.map(() => Float32Array.of(NaN, NaN, NaN))) }) };
    await expect(evaluate(task, broken, {}, train, { batchSize: 4 })).rejects.toMatchObject({ kind: "training" });
  });

  it("encodes an example once", () => {
    const plain = byteTokenizer();
    let calls = 0;
    const task = createTask(settings({ verbalizer: words }), { ...context, tokenizer: { ...plain, encode: (text, options) => (calls++, plain.encode(text, options)) } }) as ClassificationTask;
    const before = calls;
    task.check(train, "train");
    task.trainingSequence(train[0]);
    task.scoringSequences(train[0]);
    // An empty text needs no call.
    expect(calls - before).toBe(train.length - 1);
  });

  it("takes the labels from the data when there is no verbalizer", () => {
    const task = classification({});
    expect(task.labels).toEqual(["ab", "ac", "b"]);
    // A special token in a label of the data is plain text.
    const odd = createTask(settings(), { ...context, labels: ["<|end|>", "z"] }) as ClassificationTask;
    expect(odd.head).toEqual({ kind: "words", tokenIds: Int32Array.from(bytes("<z")) });
    expect(() => createTask(settings(), { ...context, labels: ["a"] })).toThrowError(expect.objectContaining({ kind: "experiment" }));
  });

  it("keeps room for the longest label in the context", () => {
    const task = createTask(settings({ verbalizer: { a: "long1", b: "long2" } }), { ...context, contextLength: 20 }) as ClassificationTask;
    expect(task.trainingSequence(example(0, "x".repeat(50), "a")).tokens.length).toBe(20);
  });
});

describe("checking a split", () => {
  it("names the row, the label, the nearest and all known labels", () => {
    const wrong = () => classification({ verbalizer: { negative: "n", positive: "p" } }).check([example(0, "", "positive"), example(1, "", "postive")], "train");
    expect(wrong).toThrowError(expect.objectContaining({ kind: "data", message: expect.stringMatching(/Row 2 .*"postive"/), reason: 'Known labels: "negative", "positive". The nearest is "positive".' }));
    expect(() => classification().check([example(4, "")], "train")).toThrowError(expect.objectContaining({ kind: "data", message: "Row 5 has no label." }));
    expect(() => classification().check([example(4, "", "constructor")], "train")).toThrowError(expect.objectContaining({ kind: "data" }));
  });

  it("says once how many rows were cut and which labels never occur", () => {
    const task = createTask(settings({ verbalizer: words, maxTokens: { text: 4 } }), context) as ClassificationTask;
    expect(task.check(train.slice(1), "test")).toEqual([
      { code: "truncated", message: "test: 1 of 3 rows were longer than task.maxTokens and were cut at the end (9 tokens lost)." },
      { code: "label-unused", message: 'No row of test has the label "ab": its F1 counts as 0 in the macro-F1.' },
    ]);
    expect(createTask(settings({ verbalizer: words }), { ...context, contextLength: 10 }).check(train, "train")).toEqual([
      { code: "context", message: "train: 1 of 4 rows were longer than the backbone's context; their longest column was cut at the end until they fit (8 tokens lost)." },
    ]);
    expect(classification().check(train, "train")).toEqual([]);
  });

  it("names the row whose column is missing", () => {
    expect(() => classification().check([{ index: 2, fields: {}, label: "b" }], "train")).toThrowError(expect.objectContaining({ kind: "data", message: expect.stringMatching(/^Row 3: .*\{text\}/) }));
  });
});

describe("light head", () => {
  it("scores the last position of the prompt with one class a label", async () => {
    const task = classification({ verbalizer: words, head: "linear" });
    expect(task.head).toEqual({ kind: "linear", classes: 3 });
    expect(task.trainingSequence(train[2]).scored).toEqual([{ row: 16, target: 2 }]);
    const program = hashProgram(task.head, 258);
    const { measures } = await evaluate(task, program, {}, train, { batchSize: 2 });
    const training = await program.score(
      train.map((row) => task.trainingSequence(row)),
      {},
    );
    expect(measures.loss).toBeCloseTo(training.loss, 5);
  });
});

describe("baselines", () => {
  it("zero-shot has no virtual tokens and is scored by words, even beside a light head", () => {
    const task = createZeroShotTask(settings({ verbalizer: words, head: "linear" }), context) as ClassificationTask;
    expect(task.virtualTokens).toBe(0);
    expect(task.head.kind).toBe("words");
    const [sequence] = task.scoringSequences(train[0]);
    expect([...sequence.tokens]).toEqual(bytes("oneL:a"));
    expect([...sequence.virtualTokens].every((row) => row === -1)).toBe(true);
  });

  it("a hard prompt has the tokens that a soft prompt made of them stands for", () => {
    const soft = classification().trainingSequence(train[0]);
    const hard = (createHardPromptTask(settings({ verbalizer: words }), "HP", context) as ClassificationTask).trainingSequence(train[0]);
    const ids = bytes("HP");
    expect([...hard.tokens]).toEqual(Array.from(soft.tokens, (id, at) => (soft.virtualTokens[at] >= 0 ? ids[soft.virtualTokens[at]] : id)));
    expect(hard.scored).toEqual(soft.scored);
  });

  it("majority answers with the most frequent label of the training rows", () => {
    const { measures, predictions } = evaluateMajority(classification(), train, train.slice(0, 3));
    expect(measures.confusion).toEqual([
      [0, 0, 1],
      [0, 0, 1],
      [0, 0, 1],
    ]);
    expect(measures.accuracy).toBeCloseTo(1 / 3, 12);
    expect(predictions.filter(({ predicted, expected }) => predicted === expected)).toHaveLength(1);
    expect(predictions.map(({ index, expected }) => [index, expected])).toEqual(train.slice(0, 3).map(({ index, label }) => [index, label]));
    expect(() => evaluateMajority(classification(), [], train)).toThrowError(expect.objectContaining({ kind: "data" }));
  });
});
