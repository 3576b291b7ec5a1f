import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { type PredictionRow, readPredictions } from "../../../src/runs/predictions.js";
import { RunFolder } from "../../../src/runs/run-folder.js";
import { type Ended, withBuiltPtune, workspace } from "./ptune.js";

/** What a run keeps of its answers to the held-out rows. */

withBuiltPtune();
const here = workspace();
let whole: Ended;

beforeAll(async () => {
  here.writeExperiment(({ training }) => {
    training.steps = 120;
    training.checkpointEvery = 20;
  });
  whole = await here.run(["run", "tiny.ptune.json", "--json"]);
});

const result = (ended: Ended) => ended.json().at(-1)!;
const bytes = (ended: Ended): string => readFileSync(path.join(result(ended).run, "predictions.jsonl"), "utf8");

it("every answer to the test rows is kept, the baselines' too, and their means are the result's measures", async () => {
  expect(whole.code, whole.stderr).toBe(0);
  const rows: PredictionRow[] = [];
  const report = await readPredictions(new RunFolder(result(whole).run), (row) => void rows.push(row));
  expect(report).toMatchObject({ header: { split: "test" }, rows: 48, damaged: 0 });
  const { test, baselines } = result(whole);
  const measures: Record<string, { accuracy: number }> = { learned: test, ...baselines };
  expect([...new Set(rows.map(({ set }) => set))]).toEqual(Object.keys(measures));
  for (const [set, { accuracy }] of Object.entries(measures)) {
    const own = rows.filter((row) => row.set === set);
    expect(own.map(({ index }) => index)).toEqual([...Array(12).keys()]);
    expect(own.reduce((sum, { scores }) => sum + scores.accuracy, 0) / 12, set).toBeCloseTo(accuracy, 12);
  }
  expect(rows[1]).toMatchObject({ expected: "spam", fields: { text: "free money offer 101" } });
  expect(bytes(whole)).not.toMatch(/offer (\d|\d\d)"/); // The training rows are 0 to 31.
});

it("a run that was killed and resumed keeps the very same answers", async () => {
  const { process: child, until, ended } = here.start(["run", "tiny.ptune.json", "--json", "--runs", "killed"]);
  await until('"step":50,');
  child.kill("SIGKILL");
  await ended;
  const [listed] = (await here.run(["runs", "--json", "--runs", "killed"])).json();
  const resumed = await here.run(["resume", listed.name, "--json", "--runs", "killed"]);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(bytes(resumed)).toBe(bytes(whole));
});
