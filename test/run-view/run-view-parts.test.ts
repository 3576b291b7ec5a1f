import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type JournalBatch, journalBatchSchema, mostParts, mostStepsInMessage, runDetailsSchema } from "../../src/protocol/webview/run-view.js";
import { readDetails } from "../../src/run-view/details.js";
import { JournalFeed } from "../../src/run-view/journal-feed.js";
import { readPredictionPage } from "../../src/run-view/prediction-page.js";
import { settingsOf } from "../../src/run-view/settings.js";
import { experimentSchema } from "../../src/experiment/schema.js";
import type { RunEvent } from "../../src/runs/events.js";
import { encodeRecord } from "../../src/runs/journal-format.js";
import { writePredictions } from "../../src/runs/predictions.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { tinyExperiment } from "../cli/end-to-end/ptune.js";
import { environment, stepEvent, temporaryFolder } from "../runs/support.js";

const record = (sequence: number, event: RunEvent): Uint8Array => encodeRecord({ sequence, time: "2026-01-01T00:00:00.000Z", event });
const measures = { items: 2, accuracy: 0.5, confusion: [[1, 0], [1, 0]], labels: ["a", "b"], perClass: {} };

function feed(file: string) {
  const batches: JournalBatch[] = [];
  const made = new JournalFeed(file, (batch) => batches.push(batch), () => true);
  onTestFinished(() => made.dispose());
  const steps = (): number[] => batches.flatMap(({ parts }) => parts.flatMap((part) => (part.type === "steps" ? part.step : [])));
  return { made, batches, steps };
}

describe("the feed of a run's page", () => {
  it("tells everything in order, in messages of bounded size that fit their schema", async () => {
    const file = path.join(temporaryFolder(), "journal.jsonl");
    const events: RunEvent[] = [];
    for (let i = 1; i <= 12_000; i++) {
      events.push(stepEvent(i));
      if (i % 100 === 0) events.push({ type: "evaluation", step: i, split: "validation", measures });
    }
    writeFileSync(file, Buffer.concat(events.map((event, at) => record(at + 1, event))));
    const { made, batches, steps } = feed(file);
    await made.look();
    expect(steps()).toEqual(Array.from({ length: 12_000 }, (_, i) => i + 1));
    for (const batch of batches) {
      expect(journalBatchSchema.safeParse(batch).success).toBe(true);
      expect(batch.parts.length).toBeLessThanOrEqual(mostParts);
      expect(batch.parts.reduce((sum, part) => sum + (part.type === "steps" ? part.step.length : 0), 0)).toBeLessThanOrEqual(mostStepsInMessage);
      expect(JSON.stringify(batch).length).toBeLessThan(1_000_000);
    }
    expect(batches.map(({ restart }) => restart)).toEqual([true, ...batches.slice(1).map(() => false)]);
    expect(batches.at(-1)!.caughtUp).toBe(true);
    // The matrices of the evaluations under way stay in the journal.
    expect(JSON.stringify(batches)).not.toContain("confusion");
  });

  it("sends at most ten messages a second while a run goes on, and only the last of what it is busy with", async () => {
    const file = path.join(temporaryFolder(), "journal.jsonl");
    writeFileSync(file, record(1, { type: "state", state: "running" }));
    const { made, batches, steps } = feed(file);
    await made.look();
    const before = batches.length;
    const began = performance.now();
    for (let i = 2; i <= 301; i++) {
      appendFileSync(file, record(i, i % 2 === 0 ? { type: "phase", phase: "validation", done: i, total: 301 } : stepEvent(i)));
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await vi.waitFor(() => expect(steps()).toHaveLength(150), 5000);
    const seconds = (performance.now() - began) / 1000;
    expect(batches.length - before).toBeLessThanOrEqual(seconds * 10 + 3);
    const many = feed(file);
    await many.made.look();
    expect(many.batches.flatMap(({ parts }) => parts).filter((part) => part.type === "event" && part.event.type === "phase").length).toBe(150);
    appendFileSync(file, Buffer.concat(Array.from({ length: 50 }, (_, i) => record(302 + i, { type: "phase", phase: "test", done: i, total: 50 }))));
    const last = feed(file);
    await last.made.look();
    const phases = last.batches.flatMap(({ parts }) => parts).filter((part) => part.type === "event" && part.event.type === "phase" && part.event.phase === "test");
    expect(phases).toMatchObject([{ event: { done: 49 } }]);
  });

  it("tells damage, and an empty journal as one without anything", async () => {
    const folder = temporaryFolder();
    const { made, batches } = feed(path.join(folder, "journal.jsonl"));
    await made.look();
    expect(batches).toEqual([{ restart: true, parts: [], caughtUp: true, damage: [] }]);
    writeFileSync(path.join(folder, "journal.jsonl"), Buffer.concat([record(1, stepEvent(1)), Buffer.from("garbage\n"), record(2, stepEvent(2))]));
    await made.look();
    expect(batches.at(-1)!.damage).toEqual(["journal.jsonl, line 2 (byte " + record(1, stepEvent(1)).length + "): the line has no checksum."]);
  });
});

describe("the settings of a run", () => {
  it("stand beside their defaults", () => {
    const settings = new Map(settingsOf(experimentSchema.parse(tinyExperiment())).map((setting) => [setting.key, setting]));
    expect(settings.get("training.learningRate")).toEqual({ key: "training.learningRate", value: "0.1", otherwise: "0.01" });
    expect(settings.get("training.optimizer")).toEqual({ key: "training.optimizer", value: "adamw", otherwise: "adamw" });
    expect(settings.get("task.verbalizer.ham")).toEqual({ key: "task.verbalizer.ham", value: '" no"' });
    expect(settings.get("name")?.otherwise).toBeUndefined();
  });
  it("are shown as they are where they are no experiment", () => {
    expect(settingsOf({ training: { steps: "many" } })).toEqual([{ key: "training.steps", value: "many" }]);
    expect(settingsOf(null)).toEqual([]);
  });
});

describe("the details of a run", () => {
  it("never fail for what is wrong in the folder", async () => {
    const folder = temporaryFolder();
    expect(runDetailsSchema.parse(await readDetails(new RunFolder(folder))).problems).toHaveLength(2);
    writeFileSync(path.join(folder, "experiment.json"), JSON.stringify(tinyExperiment()));
    writeFileSync(path.join(folder, "environment.json"), JSON.stringify(environment));
    mkdirSync(path.join(folder, "checkpoints"));
    writeFileSync(path.join(folder, "checkpoints", "step-1.bin"), "12345");
    const details = runDetailsSchema.parse(await readDetails(new RunFolder(folder)));
    expect(details).toMatchObject({ problems: [], backbone: "tiny", taskType: "classification", metric: "accuracy" });
    expect(details.files.map(({ name, folder: isFolder }) => [name, isFolder])).toEqual([["checkpoints", true], ["environment.json", false], ["experiment.json", false]]);
    expect(details.files[0].bytes).toBe(5);
  });
});

describe("the examples of a run", () => {
  const row = (index: number, expected: string, predicted: string, set = "learned") => ({ set, index, row: "0".repeat(16), expected, predicted, scores: { accuracy: Number(expected === predicted) }, probabilities: { [predicted]: 0.75, [expected]: expected === predicted ? 0.75 : 0.25 }, ...(set === "learned" ? { fields: { text: `text ${index}` } } : {}) });
  const filter = { wrongOnly: false, expected: null, predicted: null };

  it("are paged and filtered, the learned prompt's only", async () => {
    const folder = new RunFolder(temporaryFolder());
    const rows = Array.from({ length: 120 }, (_, i) => row(i, i % 2 === 0 ? "a" : "b", i % 3 === 0 ? "a" : "b"));
    writePredictions(folder, { predictions: 1, split: "test", data: "x", longestText: 1000 }, [...rows, row(0, "a", "b", "zero-shot")]);
    const wrong = rows.filter(({ expected, predicted }) => expected !== predicted);
    const first = await readPredictionPage(folder, { filter: { ...filter, wrongOnly: true }, offset: 0, limit: 50 });
    expect(first).toMatchObject({ available: true, split: "test", all: 120, matching: wrong.length, damaged: 0 });
    expect(first.rows.map(({ index }) => index)).toEqual(wrong.slice(0, 50).map(({ index }) => index));
    expect(first.rows[0]).toMatchObject({ right: false, probability: 0.75, expectedProbability: 0.25, fields: { text: `text ${wrong[0].index}` } });
    const second = await readPredictionPage(folder, { filter: { ...filter, wrongOnly: true }, offset: 50, limit: 50 });
    expect(second.rows.map(({ index }) => index)).toEqual(wrong.slice(50, 100).map(({ index }) => index));
    const cell = await readPredictionPage(folder, { filter: { wrongOnly: false, expected: "a", predicted: "b" }, offset: 0, limit: 5 });
    expect(cell.matching).toBe(rows.filter(({ expected, predicted }) => expected === "a" && predicted === "b").length);
    expect(cell.rows).toHaveLength(5);
  });

  it("are none where the run has none", async () => {
    expect(await readPredictionPage(new RunFolder(temporaryFolder()), { filter, offset: 0, limit: 50 })).toEqual({ available: false, split: null, all: 0, matching: 0, rows: [], damaged: 0 });
  });
});
