import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ComparisonFeed } from "../../../src/host/compare-view/comparison-feed.js";
import { ComparedRunReader } from "../../../src/host/compare-view/compared-run.js";
import { CurveRecord, mostPoints } from "../../../src/host/compare-view/curve-record.js";
import { SignificanceMeasurer } from "../../../src/host/compare-view/measure-significance.js";
import { type ComparedRun, comparedRunSchema, type RunCurves, runCurvesSchema } from "../../../src/protocol/webview/compare-view.js";
import type { RunEvent } from "../../../src/runs/events.js";
import { RunFolder } from "../../../src/runs/run-folder.js";
import { RunWriter } from "../../../src/runs/run-writer.js";
import { MadeRuns } from "../../webview/compare-view/made-runs.js";

const made = new MadeRuns();
afterAll(() => made.dispose());

const step = (at: number, loss: number | null = 1 / at): RunEvent => ({ type: "step", step: at, steps: 100, epoch: 1, loss, learningRate: 0.1, gradientNorm: 1, samplesPerSecond: 1, secondsLeft: null });
const evaluation = (at: number, accuracy: number): RunEvent => ({ type: "evaluation", step: at, split: "validation", measures: { items: 8, accuracy } });

describe("a run that is compared", () => {
  it("tells its settings with every default, its measures, what it was made on, and which answers it kept", async () => {
    const { run, grown } = await new ComparedRunReader(await made.make({ seed: 7, accuracy: 0.9 })).read();
    expect(comparedRunSchema.parse(run)).toEqual(run);
    expect(grown).toBe(true);
    const settings = new Map(run.settings);
    expect([settings.get("training.seed"), settings.get("training.schedule"), settings.get("task.verbalizer.ham"), settings.get("model.content"), settings.get("dataset.content")]).toEqual([7, "linear", " no", "000000000000", "111111111111"]);
    expect(new Map(run.environment).get("version")).toBe("0.1.0");
    expect(Object.keys(run.measures)).toEqual(["test.accuracy", "test.macroF1", "test.loss", "validation.accuracy", "validation.macroF1", "validation.loss", "seconds"]);
    expect(run).toMatchObject({ state: "succeeded", testRows: 200, answers: ["learned", "zero-shot"], damage: [] });
  });

  it("whose rows were drawn with the seed is not set apart by them", async () => {
    const folder = await made.make();
    const file = path.join(folder, "experiment.json");
    const experiment = JSON.parse(readFileSync(file, "utf8"));
    experiment.dataset.limit = { train: 20 };
    writeFileSync(file, JSON.stringify(experiment));
    const { run } = await new ComparedRunReader(folder).read();
    expect(run.settings.map(([key]) => key)).toContain("model.content");
    expect(run.settings.map(([key]) => key)).not.toContain("dataset.content");
  });

  it("that is gone, empty or damaged is told in words, never thrown", async () => {
    const gone = await new ComparedRunReader(path.join(made.root, "gone-20261124-030000-abcdef")).read();
    expect(gone.run.damage).toEqual(["experiment.json is missing.", "journal.jsonl is missing."]);
    const broken = await made.make();
    writeFileSync(path.join(broken, "experiment.json"), "{");
    rmSync(path.join(broken, "environment.json"));
    const { run } = await new ComparedRunReader(broken).read();
    expect(run).toMatchObject({ settings: [], environment: [], state: "succeeded" });
    expect(run.damage).toEqual(["experiment.json cannot be read."]);
  });

  it("is followed: what is written later is read from where the reading ended, a cut line once it is whole", async () => {
    const folder = await made.make({ ends: "running" });
    const reader = new ComparedRunReader(folder);
    await reader.read();
    expect(reader.curves().loss.points.at(-1)![0]).toBe(17);
    expect((await reader.read()).grown).toBe(false);
    const journal = new RunFolder(folder).journal;
    const before = readFileSync(journal);
    const writer = await RunWriter.open(new RunFolder(folder));
    writer.append(step(18));
    writer.close();
    const line = readFileSync(journal).subarray(before.length);
    writeFileSync(journal, Buffer.concat([before, line.subarray(0, 40)]));
    expect((await reader.read()).grown).toBe(false);
    appendFileSync(journal, line.subarray(40));
    expect((await reader.read()).grown).toBe(true);
    expect(reader.curves().loss.points.at(-1)).toEqual([18, 1 / 18]);
  });
});

describe("the record of a journal", () => {
  it("holds every step once, whatever was done again; a loss that is no number is a gap", () => {
    const record = new CurveRecord();
    for (const event of [step(1), step(2), evaluation(2, 0.5), step(3), step(4, null), { type: "resume", step: 2 } as const, step(3, 7), evaluation(3, 0.6), evaluation(3, 0.7)]) record.add(event);
    expect(record.curves()).toEqual({ loss: { points: [[1, 1], [2, 0.5], [3, 7]], stepsAPoint: 1 }, validation: { accuracy: [[2, 0.5], [3, 0.7]] } });
    expect(record.measures).toEqual({ "validation.accuracy": 0.7 });
  });

  it("of 100,000 steps sends 2,000 points at most", () => {
    const record = new CurveRecord();
    for (let at = 1; at <= 100_000; at++) record.add(step(at));
    const { loss } = record.curves();
    expect(loss.points.length).toBeLessThanOrEqual(mostPoints);
    expect(loss.points.length).toBeGreaterThan(mostPoints / 2);
    expect(loss.stepsAPoint).toBeGreaterThan(1);
  });
});

describe("the feed of a comparison", () => {
  it("tells all runs in their order, then only what changed; runs can be added and taken out", async () => {
    const paths = [await made.make({ seed: 1 }), await made.make({ seed: 2 }), await made.make({ seed: 3 })];
    const told: { paths: string[]; runs: ComparedRun[] }[] = [];
    const curves: RunCurves[] = [];
    const feed = new ComparisonFeed([paths[1], paths[0], paths[1]], { runs: (each) => told.push(each), curves: (each) => curves.push(runCurvesSchema.parse(each)) }, () => false);
    await feed.look(true);
    expect(told.at(-1)!.runs.map(({ seed }) => seed)).toEqual([2, 1]);
    expect(told.at(-1)!.paths).toEqual([paths[1], paths[0]]);
    expect(curves.map((each) => each.path)).toEqual([paths[1], paths[0]]);
    const before = told.length;
    await feed.look();
    expect([told.length, curves.length]).toEqual([before, 2]);
    feed.set([paths[2], paths[1]]);
    await feed.look();
    expect(told.at(-1)!.runs.map(({ seed }) => seed)).toEqual([3, 2]);
    expect(curves.map((each) => each.path)).toEqual([paths[1], paths[0], paths[2]]);
    feed.close();
    await feed.look(true);
    expect(curves).toHaveLength(3);
  });
});

describe("answers compared row by row", () => {
  const never = new AbortController().signal;
  const learned = (run: string) => ({ run, set: "learned" });
  const measure = (...pairs: { a: { run: string; set: string }; b: { run: string; set: string } }[]) => new SignificanceMeasurer().measure("accuracy", pairs, never, () => {});

  it("give a difference, its interval and its p, one a pair and in order; the difference is that of the results", async () => {
    const [a, b] = [await made.make({ accuracy: 0.7 }), await made.make({ accuracy: 0.9 })];
    const accuracy = async (run: string): Promise<number> => (await new ComparedRunReader(run).read()).run.measures["test.accuracy"]!;
    const [there, back, own] = await measure({ a: learned(a), b: learned(b) }, { a: learned(b), b: learned(a) }, { a: { run: a, set: "zero-shot" }, b: learned(a) });
    const gain = (await accuracy(b)) - (await accuracy(a));
    expect(there).toMatchObject({ type: "measured", rows: 200, onlyA: 0, onlyB: 0, difference: expect.closeTo(gain, 12) });
    expect(back).toMatchObject({ difference: expect.closeTo(-gain, 12) });
    expect(own).toMatchObject({ type: "measured", rows: 200 });
    if (there.type !== "measured") throw new Error();
    expect(there.interval[0]).toBeGreaterThan(0);
    expect(there.p).toBeLessThan(0.001);
  });

  it("that were not kept, or are of other rows, say so; rows that only one has are counted", async () => {
    const [kept, old, fewer] = [await made.make(), await made.make({ kept: false }), await made.make({ rows: 150 })];
    expect(await measure({ a: learned(kept), b: learned(old) }, { a: learned(old), b: learned(kept) }, { a: learned(kept), b: learned(fewer) }, { a: learned(kept), b: { run: kept, set: "majority" } })).toMatchObject([
      { reason: "no-answers-b" },
      { reason: "no-answers-a" },
      { type: "measured", rows: 150, onlyA: 50, onlyB: 0 },
      { reason: "no-answers-b" },
    ]);
    const other = await made.make();
    const file = path.join(other, "predictions.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll('"row":"0', '"row":"f'));
    expect(await measure({ a: learned(kept), b: learned(other) })).toEqual([{ type: "impossible", reason: "no-common-rows" }]);
  });

  it("are read again when a run measured again", async () => {
    const [a, b] = [await made.make(), await made.make({ accuracy: 0.9 })];
    const measurer = new SignificanceMeasurer();
    const difference = async () => (await measurer.measure("accuracy", [{ a: learned(a), b: learned(b) }], never, () => {}))[0];
    expect(await difference()).toMatchObject({ differing: expect.any(Number) });
    const copy = readFileSync(path.join(a, "predictions.jsonl"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(path.join(b, "predictions.jsonl"), copy);
    expect(await difference()).toMatchObject({ differing: 0, p: 1 });
  });

  it("stop when they are told to, and tell how far they are", async () => {
    const [a, b] = [await made.make({ rows: 3000 }), await made.make({ accuracy: 0.5, rows: 3000 })];
    const controller = new AbortController();
    const progress: number[] = [];
    const pairs = [{ a: learned(a), b: learned(b) }];
    await new SignificanceMeasurer().measure("accuracy", pairs, never, (done, total) => progress.push(done / total));
    expect(progress.at(-1)).toBe(1);
    expect(progress.length).toBeGreaterThan(3);
    expect(progress).toEqual([...progress].sort((x, y) => x - y));
    await expect(new SignificanceMeasurer().measure("accuracy", pairs, controller.signal, () => controller.abort())).rejects.toThrowError(expect.objectContaining({ kind: "stopped" }));
  });
});
