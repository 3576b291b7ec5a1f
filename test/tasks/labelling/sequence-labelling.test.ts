import { describe, expect, it } from "vitest";
import type { Example } from "../../../src/data/example.js";
import { taskSchema } from "../../../src/experiment/schema.js";
import { createTask } from "../../../src/tasks/create-task.js";
import { evaluate, predict } from "../../../src/tasks/evaluate.js";
import { spanTypes } from "../../../src/tasks/labelling/sequence-labelling.js";
import type { SequenceLabellingTask } from "../../../src/tasks/task.js";
import { bytes, byteTokenizer, endId } from "../byte-tokenizer.js";
import { hashProgram } from "../hash-program.js";

const settings = (more: object = {}) => taskSchema.parse({ type: "sequence-labelling", template: "{soft:2}{tokens} =>{tags}", maxNewTokens: 40, ...more });
const labelling = (more?: object, contextLength = 200) => createTask(settings(more), { tokenizer: byteTokenizer(), contextLength, labels: ["loc", "per"] }) as SequenceLabellingTask;
const row = (index: number, words: string[], tags: string[]): Example => ({ index, fields: { tokens: JSON.stringify(words) }, output: JSON.stringify(tags) });
const rows = [row(0, ["in", "New", "York"], ["O", "B-loc", "I-loc"]), row(1, ["so", "Ann"], ["O", "B-per"]), row(2, ["no", "one"], ["O", "O"])];

/** A program that goes on with these texts, each for the row whose words stand in the prompt. */
const saying = (task: SequenceLabellingTask, answers: Readonly<Record<string, string>>) =>
  hashProgram(task.head, 258, ({ tokens }) => {
    const prompt = new TextDecoder().decode(Uint8Array.from(tokens.filter((id) => id >= 0 && id < 256)));
    return Int32Array.from(bytes(Object.entries(answers).find(([words]) => prompt.startsWith(words))?.[1] ?? ""));
  });

describe("sequence labelling", () => {
  it("shows the words with single spaces and trains on the spans as a text", () => {
    const { tokens, scored } = labelling().trainingSequence(rows[0]);
    expect([...tokens]).toEqual([-1, -1, ...bytes("in New York =>loc: New York")]);
    expect(scored.map(({ target }) => target)).toEqual([...bytes("loc: New York"), endId]);
    expect(labelling({ target: "tags" }).trainingSequence(rows[0]).scored.map(({ target }) => target)).toEqual([...bytes("O B-loc I-loc"), endId]);
    expect(labelling({ verbalizer: { loc: "place", per: "person" } }).trainingSequence(rows[1]).scored.map(({ target }) => target)).toEqual([...bytes("person: Ann"), endId]);
  });

  it("measures what is generated, by span and by type, and counts what could not be read", async () => {
    const task = labelling();
    const program = saying(task, { "in New": "loc: New York", "so Ann": " loc: Ann; per: Bob; moon: x", "no one": "none" });
    const { measures, predictions } = await evaluate(task, program, {}, rows, { batchSize: 2 });
    expect(measures).toMatchObject({ items: 3, spanF1: 0.5, spanPrecision: 0.5, spanRecall: 0.5, exactMatch: 2 / 3, reading: { rows: 1, unreadable: 0, unknownTypes: 1, invented: 1, repeated: 0, missing: 0, surplus: 0 } });
    expect(measures.loss).toBeGreaterThan(0);
    expect(measures.perClass).toEqual({ loc: { precision: 0.5, recall: 1, f1: 2 / 3, support: 1 }, per: { precision: 0, recall: 0, f1: 0, support: 1 } });
    expect(predictions.map(({ predicted, expected }) => [predicted, expected])).toEqual([["loc: New York", "loc: New York"], ["loc: Ann", "per: Ann"], ["none", "none"]]);
    expect(predictions[1].labelling).toMatchObject({ words: ["so", "Ann"], predicted: ["O", "B-loc"], expected: ["O", "B-per"], generated: "loc: Ann; per: Bob; moon: x" });
  });

  it("labels rows without tags, also plain text", async () => {
    const task = labelling();
    const [{ predicted, expected, labelling: found }] = await predict(task, saying(task, { "to Rome": "loc: Rome" }), {}, [{ index: 0, fields: { tokens: " to  Rome " } }], { batchSize: 1 });
    expect([predicted, expected, found?.words, found?.predicted]).toEqual(["loc: Rome", undefined, ["to", "Rome"], ["O", "B-loc"]]);
  });

  it("leaves out whole words that do not fit, with the tags they have, and counts their spans as missed", async () => {
    const long = row(0, ["in", "Rome", "and", "Paris"], ["O", "B-loc", "O", "B-loc"]);
    const task = labelling({ maxTokens: { tokens: 12 } });
    expect([...task.promptSequence(long).tokens]).toEqual([-1, -1, ...bytes("in Rome and =>")]);
    expect(task.trainingSequence(long).scored.map(({ target }) => target)).toEqual([...bytes("loc: Rome"), endId]);
    expect(task.check([long, rows[2]], "train")).toEqual([{ code: "words-cut", message: "train: 1 of 2 rows were too long and lost words at their end (words: 1, spans: 1)." }]);
    const { measures } = await evaluate(task, saying(task, { in: "loc: Rome; loc: Paris" }), {}, [long], { batchSize: 1 });
    expect(measures).toMatchObject({ spanPrecision: 1, spanRecall: 0.5, reading: { invented: 1 } });
    // The same where the backbone's context is what is too short.
    expect([...labelling({ maxNewTokens: 10 }, 27).promptSequence(long).tokens]).toEqual([-1, -1, ...bytes("in Rome and =>")]);
  });

  it("tells of rows whose target text has another reading", () => {
    const twice = row(0, ["Rome", "or", "Rome"], ["O", "O", "B-loc"]);
    expect(labelling().check([twice, rows[0]], "test")).toEqual([expect.objectContaining({ code: "unclear-target", message: expect.stringContaining("1 of 2 rows") })]);
    expect(labelling({ target: "tags" }).check([twice], "test")).toEqual([]);
    expect(labelling().check([row(0, ["Rome"], ["I-loc"])], "test")).toEqual([]);
  });

  it.each([
    [row(4, ["a", "b"], ["O"]), "Row 5 has 2 words and 1 tag."],
    [row(4, ["a"], ["B-org"]), 'Row 5 has a span of the type "org", which the verbalizer does not know.'],
    [{ index: 4, fields: { tokens: "a" } }, "Row 5 has no tags."],
  ])("names the row that is wrong", (wrong, message) => {
    expect(() => labelling().check([rows[0], wrong], "train")).toThrowError(expect.objectContaining({ kind: "data", message }));
  });

  it("finds the types in the data", () => {
    expect(spanTypes([...rows, row(3, ["a"], ["?"]), { index: 4, fields: {} }])).toEqual(["loc", "per"]);
  });
});
