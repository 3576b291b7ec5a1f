import { describe, expect, it } from "vitest";
import type { Example } from "../../src/data/example.js";
import type { Program, Sequence } from "../../src/engine/program.js";
import { taskSchema } from "../../src/experiment/schema.js";
import { createTask } from "../../src/tasks/create-task.js";
import { evaluate, predict } from "../../src/tasks/evaluate.js";
import type { GenerationTask } from "../../src/tasks/task.js";
import { bytes, byteTokenizer, endId } from "./byte-tokenizer.js";
import { hashProgram, hashScore, logSoftmax } from "./hash-program.js";

const settings = (more: object = {}) => taskSchema.parse({ type: "generation", template: "{soft:2}{text} => {output}", maxNewTokens: 8, ...more });
const context = { tokenizer: byteTokenizer(), contextLength: 64, labels: [] };
const generation = (more?: object, changed?: object) => createTask(settings(more), { ...context, ...changed }) as GenerationTask;
const rows: Example[] = [
  { index: 0, fields: { text: "ab" }, output: "xyz" },
  { index: 1, fields: { text: "abcd" }, output: "" },
];

describe("text generation", () => {
  it("trains on every token of the answer and its end, each weighing one over their number", () => {
    const { tokens, virtualTokens, scored } = generation().trainingSequence(rows[0]);
    expect([...tokens]).toEqual([-1, -1, ...bytes("ab => xyz")]);
    expect([...virtualTokens.subarray(0, 3)]).toEqual([0, 1, -1]);
    expect(scored).toEqual([...bytes(" xyz"), endId].map((target, index) => ({ row: 6 + index, target, weight: 0.2 })));
  });

  it("trains on the end alone after an empty answer", () => {
    const { scored } = generation({ template: "{soft:2}{text}:{output}" }).trainingSequence(rows[1]);
    expect(scored).toEqual([{ row: 6, target: endId, weight: 1 }]);
  });

  it("cuts answers longer than maxNewTokens, without teaching an end there, and says so", () => {
    const task = generation({ maxNewTokens: 3 });
    expect(task.trainingSequence(rows[0]).scored.map(({ target }) => target)).toEqual(bytes(" xy"));
    expect(task.check(rows, "train")).toEqual([{ code: "answer-truncated", message: "train: 1 of 2 rows were given answers longer than task.maxNewTokens, which were cut at the end for training (1 tokens lost)." }]);
    expect(generation().check(rows, "train")).toEqual([]);
  });

  it("keeps room for the answer, so that training and generation see the same prompt", () => {
    const task = generation({}, { contextLength: 20 });
    const long: Example = { index: 0, fields: { text: "x".repeat(99) }, output: "y".repeat(7) };
    const prompt = task.promptSequence(long);
    expect(prompt.tokens.length).toBe(12);
    expect(prompt.scored).toEqual([]);
    expect([...task.trainingSequence(long).tokens.subarray(0, 12)]).toEqual([...prompt.tokens]);
    expect(task.trainingSequence(long).tokens.length).toBeLessThanOrEqual(20);
  });

  it("names a row without a reference", () => {
    expect(() => generation().check([{ index: 3, fields: { text: "" } }], "test")).toThrowError(expect.objectContaining({ kind: "data", message: "Row 4 has no reference text." }));
  });

  it("stops at a newline where the backbone has no end-of-text token", () => {
    expect(generation({}, { tokenizer: byteTokenizer({ endOfText: false }) }).stopTokenIds).toEqual(bytes("\n"));
    expect(generation().stopTokenIds).toEqual([endId]);
  });

  it("measures the loss per token of the reference, exact match and overlap of the continuation", async () => {
    const task = generation();
    const asked: unknown[] = [];
    const program = hashProgram(task.head, 258, (sequence, { maxNewTokens, stopTokenIds }) => {
      asked.push([sequence.tokens.length, maxNewTokens, stopTokenIds]);
      return Int32Array.from(bytes(sequence.tokens.length === 7 ? "  The XYZ." : " w"));
    });
    const progress: number[] = [];
    const { measures, predictions } = await evaluate(task, program, {}, [...rows, { index: 2, fields: { text: "ab" }, output: "xyz two" }], { batchSize: 2, onProgress: (done) => progress.push(done) });
    expect(predictions.map(({ predicted, expected }) => [predicted, expected])).toEqual([
      ["The XYZ.", "xyz"],
      ["w", ""],
      ["The XYZ.", "xyz two"],
    ]);
    // The longest first.
    expect(asked).toEqual([9, 7, 7].map((length) => [length, 8, [endId]]));
    expect(measures.exactMatch).toBeCloseTo(1 / 3, 12);
    // One word of two and of one in common: F1 2/3; of two and two: 1/2.
    expect(measures.rougeL).toBeCloseTo((2 / 3 + 0 + 1 / 2) / 3, 12);
    const all = Array.from({ length: 258 }, (_, id) => id);
    const byHand = [rows[0], rows[1], { ...rows[0], index: 2, output: "xyz two" }].map((row) => {
      const sequence = task.trainingSequence(row);
      const losses = sequence.scored.map(
        ({ row: at, target }) =>
          -logSoftmax(
            all.map((id) => hashScore(sequence, at, id)),
            all,
          )[target],
      );
      return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    });
    expect(measures.loss).toBeCloseTo(byHand.reduce((sum, loss) => sum + loss, 0) / 3, 6);
    expect(progress.at(-1)).toBe(3);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });

  it("lets a program generate as many texts at once as it can, and gives each example its own", async () => {
    const task = generation();
    const answer = (sequence: Sequence): Int32Array => Int32Array.from(bytes(`${sequence.tokens.length}`));
    const examples = ["", "abcd", "ab", "abc", "a"].map((text, index): Example => ({ index, fields: { text }, output: "x" }));
    const batches: number[][] = [];
    const together: Program = {
      ...hashProgram(task.head, 258, () => expect.unreachable("one by one")),
      generateBatch: (batch, _values, { maxNewTokens, stopTokenIds }) => {
        expect([maxNewTokens, stopTokenIds]).toEqual([8, [endId]]);
        batches.push(batch.map(({ tokens }) => tokens.length));
        return Promise.resolve(batch.map(answer));
      },
    };
    const progress: [number, number][] = [];
    const found = await predict(task, together, {}, examples, { batchSize: 2, onProgress: (done, total) => progress.push([done, total]) });
    expect(found.map(({ predicted }) => predicted)).toEqual(examples.map((example) => String(task.promptSequence(example).tokens.length)));
    expect(batches.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(batches.flat()).toEqual(batches.flat().toSorted((a, b) => b - a));
    expect(progress).toEqual([[2, 5], [4, 5], [5, 5]]);
    expect(found).toEqual(await predict(task, hashProgram(task.head, 258, answer), {}, examples, { batchSize: 2 }));
  });

  it("scores few rows at once where the vocabulary is large", async () => {
    const tokenizer = { ...byteTokenizer(), vocabularySize: 64 * 1024 * 1024 / 4 / 6 };
    const task = generation({}, { tokenizer });
    expect(task.scoredRowLimit).toBe(6);
    const program = hashProgram(task.head, 258);
    await evaluate(task, program, {}, [rows[0], rows[1], { ...rows[1], index: 2 }], { batchSize: 16 });
    expect(program.batches.map((batch) => batch.length)).toEqual([1, 2]);
  });

  it("gives zeros for an empty split", async () => {
    const task = generation();
    expect((await evaluate(task, hashProgram(task.head, 258), {}, [], { batchSize: 4 })).measures).toEqual({ items: 0, loss: null, exactMatch: 0, rougeL: 0 });
  });
});
