import { describe, expect, it } from "vitest";
import { recordPredictions } from "../../src/backend/record-predictions.js";
import type { Example } from "../../src/data/example.js";
import { type PredictionRow, readPredictions } from "../../src/runs/predictions.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import type { TaskType } from "../../src/tasks/task-facts.js";
import { temporaryFolder } from "../runs/support.js";

type Run = Parameters<typeof recordPredictions>[0];
const run = (type: TaskType) => ({ task: { type }, dataset: { hash: "h" } }) as unknown as Run;

async function record(type: TaskType, answers: Parameters<typeof recordPredictions>[2]) {
  const folder = new RunFolder(temporaryFolder());
  recordPredictions(run(type), folder, answers);
  const rows: PredictionRow[] = [];
  const report = await readPredictions(folder, (row) => void rows.push(row));
  return { rows, header: report!.header };
}

describe("recorded predictions", () => {
  const examples: Example[] = [
    { index: 4, fields: { text: "free money" }, label: "spam" },
    { index: 9, fields: { text: "x".repeat(998) + "😀 and more" }, label: "ham" },
  ];

  it("of a classification hold set, row, answers, hits and probabilities; texts stand with the learned prompt's answers only, cut", async () => {
    const probabilities = new Map([["ham", 0.12345678], ["spam", 0.87654322]]);
    const { rows, header } = await record("classification", {
      split: "validation",
      examples,
      learned: [{ index: 4, predicted: "spam", expected: "spam", probabilities }, { index: 9, predicted: "spam", expected: "ham", probabilities }],
      baselines: new Map([["majority", [{ index: 4, predicted: "ham", expected: "spam" }, { index: 9, predicted: "ham", expected: "ham" }]]]),
    });
    expect(header).toEqual({ predictions: 1, split: "validation", data: "h", longestText: 1000 });
    expect(rows.map(({ set, index, scores }) => [set, index, scores.accuracy])).toEqual([["learned", 4, 1], ["learned", 9, 0], ["majority", 4, 0], ["majority", 9, 1]]);
    expect(rows[0]).toMatchObject({ expected: "spam", predicted: "spam", fields: { text: "free money" }, probabilities: { ham: 0.123457, spam: 0.876543 } });
    expect(rows[1].fields!.text).toBe(`${"x".repeat(998)}…`);
    expect(rows.slice(2).some(({ fields }) => fields)).toBe(false);
    expect(rows[0].row).toBe(rows[2].row);
    expect(rows[0].row).not.toBe(rows[1].row);
  });

  it("of two rows differ where only what is cut away differs", async () => {
    const long = "y".repeat(2000);
    const twins: Example[] = [{ index: 0, fields: { text: `${long}a` }, label: "ham" }, { index: 1, fields: { text: `${long}b` }, label: "ham" }];
    const { rows } = await record("classification", { split: "test", examples: twins, learned: twins.map(({ index }) => ({ index, predicted: "ham", expected: "ham" })), baselines: new Map() });
    expect(rows[0].fields).toEqual(rows[1].fields);
    expect(rows[0].row).not.toBe(rows[1].row);
  });

  it("of a generation are scored by their whole texts", async () => {
    const tail = " red";
    const expected = `${"word ".repeat(400)}blue`;
    const [example] = examples;
    const { rows } = await record("generation", { split: "test", examples: [{ ...example, output: expected }], learned: [{ index: 4, predicted: `${"word ".repeat(400)}${tail}`, expected }], baselines: new Map() });
    expect(rows[0].predicted).toBe(rows[0].expected);
    expect(rows[0].scores.exactMatch).toBe(0);
    expect(rows[0].scores.rougeL).toBeCloseTo(400 / 401, 12);
  });

  it("of many labels keep the twenty most probable ones and the expected one", async () => {
    const probabilities = new Map(Array.from({ length: 150 }, (_, at) => [`l${at}`, (150 - at) / 11325] as const));
    const { rows } = await record("classification", { split: "test", examples: [{ ...examples[0], label: "l149" }], learned: [{ index: 4, predicted: "l0", expected: "l149", probabilities }], baselines: new Map() });
    expect(Object.keys(rows[0].probabilities!)).toEqual([...Array.from({ length: 20 }, (_, at) => `l${at}`), "l149"]);
  });

  it("of a sequence labelling are right where every span is, and keep the generated text where it says more", async () => {
    const rows: Example[] = [{ index: 0, fields: { tokens: '["in","Rome"]' }, output: "O B-loc" }, { index: 1, fields: { tokens: '["New York"]' }, output: "B-loc" }];
    const problems = { unreadable: 0, unknownTypes: 0, invented: 0, repeated: 0, missing: 0, surplus: 0 };
    const { rows: kept } = await record("sequence-labelling", {
      split: "test",
      examples: rows,
      learned: [
        { index: 0, predicted: "loc: Rome", expected: "loc: Rome", labelling: { words: ["in", "Rome"], predicted: ["O", "B-loc"], expected: ["O", "B-loc"], generated: "loc: Rome", problems } },
        { index: 1, predicted: "none", expected: "loc: New York", labelling: { words: ["New York"], predicted: ["O"], expected: ["B-loc"], generated: "loc: Paris", problems: { ...problems, invented: 1 } } },
      ],
      baselines: new Map(),
    });
    expect(kept).toMatchObject([
      { expected: "loc: Rome", predicted: "loc: Rome", scores: { exactMatch: 1 }, fields: { tokens: "in Rome" } },
      { expected: "loc: New York", predicted: "none", generated: "loc: Paris", scores: { exactMatch: 0 }, fields: { tokens: '["New York"]' } },
    ]);
    expect(kept[0].generated).toBeUndefined();
  });
});
