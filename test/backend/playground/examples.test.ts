import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findPrompt } from "../../../src/backend/find-prompt.js";
import { examplesToTry, inTurn } from "../../../src/backend/playground/examples.js";
import { spam, TinyRuns } from "./tiny-runs.js";

let here: TinyRuns;
let run: string;
beforeAll(async () => {
  here = new TinyRuns();
  run = await here.train(spam());
});
afterAll(() => here.dispose());
const examples = (reference: string, most: number) => examplesToTry(findPrompt(reference, here), most, { runsRoot: here.runsRoot, cache: here.cache });

it("are held-out rows of every label in turn, from the predictions as from the data", async () => {
  const first = [
    { fields: { text: "see you at lunch 200" }, expected: "ham" },
    { fields: { text: "free money offer 201" }, expected: "spam" },
    { fields: { text: "see you at lunch 202" }, expected: "ham" },
  ];
  expect(await examples(run, 3)).toEqual(first);
  rmSync(path.join(run, "predictions.jsonl"));
  expect(await examples(run, 3)).toEqual(first);
});

it("with texts that were cut when they were written are left out", async () => {
  const row = { set: "learned", index: 0, row: "0".repeat(16), expected: "ham", predicted: "ham", scores: {} };
  const header = { predictions: 1, split: "test", data: "x", longestText: 10 };
  const rows = [{ ...row, fields: { text: "123456789…" } }, { ...row, set: "majority" }, { ...row, fields: { text: "12345678…" } }, { ...row, fields: { text: "whole" } }];
  writeFileSync(path.join(run, "predictions.jsonl"), [header, ...rows].map((line) => JSON.stringify(line)).join("\n"));
  expect(await examples(run, 5)).toEqual([{ fields: { text: "whole" }, expected: "ham" }]);
});

it("of an imported prompt are none", async () => {
  expect(await examples(path.join(run, "adapter"), 3)).toEqual([]);
});

it("of generation keep their order", () => {
  const rows = ["c", "a", "b"].map((expected) => ({ fields: {}, expected }));
  expect(inTurn(rows, 2)).toEqual(rows.slice(0, 2));
});
