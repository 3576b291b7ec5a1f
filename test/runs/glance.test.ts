import fc from "fast-check";
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "../../src/runs/events.js";
import { nodeFileSystem } from "../../src/runs/file-system.js";
import { glanceRun } from "../../src/runs/glance-run.js";
import { glanceRuns } from "../../src/runs/glance-runs.js";
import { encodeRecord } from "../../src/runs/journal-format.js";
import { runEntrySchema } from "../../src/runs/run-entry.js";
import { factsOfExperiment, factsOfSummary, runEntry } from "../../src/runs/run-facts.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { RunStore } from "../../src/runs/run-store.js";
import { summarizeRun } from "../../src/runs/run-summary.js";
import { RunWriter } from "../../src/runs/run-writer.js";
import { checkpointAt, environment, stepEvent, temporaryFolder } from "./support.js";

const experiment = { name: "spam", task: { type: "classification" }, training: { steps: 100, seed: 7 }, evaluation: { metric: "loss" } };
const measures = (accuracy: number, loss: number | null = 0.5): { items: number; accuracy: number; loss: number | null } => ({ items: 10, accuracy, loss });
const time = (sequence: number): string => new Date(Date.UTC(2026, 0, 1) + sequence * 1000).toISOString();

function runWith(events: readonly RunEvent[]): RunFolder {
  const folder = new RunFolder(path.join(temporaryFolder(), "spam-20260101-000000-0a1b2c"));
  mkdirSync(folder.path);
  writeFileSync(folder.experiment, JSON.stringify(experiment));
  writeFileSync(folder.journal, Buffer.concat(events.map((event, index) => encodeRecord({ sequence: index + 1, time: time(index + 1), event }))));
  return folder;
}

/** What the whole journal says, read from its beginning. */
async function readWhole(folder: RunFolder): ReturnType<typeof glanceRun> {
  const summary = await summarizeRun(nodeFileSystem, folder);
  return runEntry({ folder, root: path.dirname(folder.path), active: summary.active, learned: "nothing", damage: summary.damage }, factsOfExperiment(experiment), factsOfSummary(summary));
}

const stepNumber = fc.integer({ min: 1, max: 100 });
const metricValue = fc.double({ min: 0, max: 1, noNaN: true });
const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  { weight: 6, arbitrary: stepNumber.map(stepEvent) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("state" as const), state: fc.constantFrom("running" as const, "paused" as const, "stopped" as const, "succeeded" as const, "failed" as const), reason: fc.option(fc.string(), { nil: undefined }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("evaluation" as const), step: stepNumber, split: fc.constantFrom("validation" as const, "test" as const), measures: fc.tuple(metricValue, fc.option(metricValue)).map(([a, l]) => measures(a, l)), best: fc.option(fc.boolean(), { nil: undefined }) }),
  },
  { weight: 1, arbitrary: stepNumber.map((step) => ({ type: "resume" as const, step })) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("result" as const),
      status: fc.constantFrom("succeeded" as const, "stopped" as const),
      run: fc.constant("somewhere"),
      adapter: fc.constant(null),
      test: fc.option(metricValue.map((value) => measures(value))),
      baselines: fc.constant({}),
      seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
      trainingSeconds: fc.constant(1),
      peakMemoryMB: fc.constant(100),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("phase" as const), phase: fc.string(), done: fc.nat() }) },
  // Long lines push what is looked for out of the first window, and hold texts that look like records.
  { weight: 2, arbitrary: fc.constantFrom(0, 100, 20_000, 60_000).map((length) => ({ type: "message" as const, level: "info" as const, code: "padding", text: `"event":{"type":"state"\n${"x".repeat(length)}` })) },
);

test("a glance says what the whole journal says, for any order of events", async () => {
  let longest = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { maxLength: 40, size: "max" }), async (events) => {
      const folder = runWith(events);
      longest = Math.max(longest, readFileSync(folder.journal).length);
      const glance = await glanceRun(folder.path);
      expect(runEntrySchema.parse(glance)).toEqual(glance);
      expect(glance).toEqual(await readWhole(folder));
      rmSync(path.dirname(folder.path), { recursive: true });
    }),
    { numRuns: 400 },
  );
  expect(longest).toBeGreaterThan(4 * 32 * 1024);
});

test("a glance says what the whole journal says, wherever it is cut or a bit flips", async () => {
  let damaged = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 40, size: "max" }), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom("cut", "flip", "remove", "rubbish", "zeros"), fc.nat({ max: 7 }), async (events, place, how, bit) => {
      const folder = runWith(events);
      const bytes = readFileSync(folder.journal);
      const at = Math.min(bytes.length - 1, Math.floor(place * bytes.length));
      const lineEnd = bytes.indexOf(10, at) + 1;
      const changed = {
        cut: () => bytes.subarray(0, at),
        flip: () => Buffer.concat([bytes.subarray(0, at), Buffer.of(bytes[at] ^ (1 << bit)), bytes.subarray(at + 1)]),
        remove: () => Buffer.concat([bytes.subarray(0, bytes.lastIndexOf(10, at - 1) + 1), bytes.subarray(lineEnd)]),
        rubbish: () => Buffer.concat([bytes.subarray(0, lineEnd), Buffer.from('{"event":{"type":"state"\n'), bytes.subarray(lineEnd)]),
        zeros: () => Buffer.concat([bytes.subarray(0, at), Buffer.alloc(512)]),
      }[how]();
      writeFileSync(folder.journal, changed);
      const glance = await glanceRun(folder.path);
      const whole = await readWhole(folder);
      expect({ ...glance, damage: [] }).toEqual({ ...whole, damage: [] });
      // A glance that met damage tells all of it; one that did not pass it tells none.
      if (glance.damage.length > 0) expect(glance.damage).toEqual(whole.damage);
      damaged += glance.damage.length;
      rmSync(path.dirname(folder.path), { recursive: true });
    }),
    { numRuns: 600 },
  );
  expect(damaged).toBeGreaterThan(10);
});

test("a run's life as lists show it, from its first step to its result", async () => {
  const root = temporaryFolder();
  const folder = new RunStore(root).create({ ...experiment, name: "spam" }, environment);
  const look = (): ReturnType<typeof glanceRun> => glanceRun(folder.path);
  expect(await look()).toMatchObject({ path: folder.path, name: folder.name, id: folder.id, root, experimentName: "spam", seed: 7, created: null, state: "interrupted", active: false, step: 0, steps: 100, metric: null, learned: "nothing", damage: [] });
  const writer = await RunWriter.open(folder);
  writer.append({ type: "state", state: "running" });
  writer.append({ ...stepEvent(10), secondsLeft: 12.5 } as RunEvent);
  expect(await look()).toMatchObject({ state: "running", active: true, step: 10, steps: 100, secondsLeft: 12.5, seconds: null });
  writer.append({ type: "evaluation", step: 10, split: "validation", measures: measures(0.9), best: true });
  writer.append({ type: "evaluation", step: 20, split: "validation", measures: measures(0.8), best: false });
  writer.saveCheckpoint(checkpointAt(20));
  writer.append({ type: "state", state: "paused" });
  expect(await look()).toMatchObject({ state: "paused", secondsLeft: null, metric: { name: "accuracy", value: 0.9, split: "validation" }, learned: "checkpoint" });
  writer.close();
  expect(await look()).toMatchObject({ state: "interrupted", active: false });

  const second = await RunWriter.open(folder);
  second.append({ type: "resume", step: 9 });
  expect(await look()).toMatchObject({ state: "paused", step: 0, metric: null });
  second.append({ type: "state", state: "running" });
  second.append(stepEvent(100));
  second.append({ type: "evaluation", step: 100, split: "validation", measures: measures(0.91), best: true });
  second.append({ type: "evaluation", step: 100, split: "test", measures: measures(0.95) });
  second.append({ type: "state", state: "succeeded" });
  second.append({ type: "result", status: "succeeded", run: folder.path, adapter: folder.adapter, test: measures(0.95), baselines: {}, seconds: 61, trainingSeconds: 50, peakMemoryMB: 300 });
  second.close();
  mkdirSync(folder.adapter);
  writeFileSync(path.join(folder.adapter, "adapter_model.safetensors"), "");
  expect(await look()).toMatchObject({ state: "succeeded", step: 100, secondsLeft: null, seconds: 61, metric: { name: "accuracy", value: 0.95, split: "test" }, learned: "adapter", damage: [] });
});

test("the measure shown is the experiment's, and its loss only where there is nothing better", () => {
  const shown = (content: unknown, found: object): unknown =>
    runEntry({ folder: new RunFolder("/r"), root: "/", active: false, learned: "nothing", damage: [] }, factsOfExperiment(content), { state: "stopped", shownEvaluation: { type: "evaluation", step: 1, split: "validation", measures: { items: 1, ...found } } }).metric;
  const all = { accuracy: 0.1, macroF1: 0.2, exactMatch: 0.3, rougeL: 0.4, loss: 0.5 };
  const named = (name: string, value: number): object => ({ name, value, split: "validation" });
  expect(shown(experiment, all)).toEqual(named("accuracy", 0.1));
  expect(shown({ evaluation: { metric: "macroF1" } }, all)).toEqual(named("macroF1", 0.2));
  expect(shown({ task: { type: "generation" }, evaluation: { metric: "loss" } }, all)).toEqual(named("rougeL", 0.4));
  expect(shown({ task: { type: "sequence-labelling" } }, { ...all, spanF1: 0.6 })).toEqual(named("spanF1", 0.6));
  expect(shown({ task: { type: "sequence-labelling" }, evaluation: { metric: "spanF1Strict" } }, { spanF1: 0.6, spanF1Strict: 0.7 })).toEqual(named("spanF1Strict", 0.7));
  expect(shown({ evaluation: { metric: "exactMatch" } }, all)).toEqual(named("exactMatch", 0.3));
  expect(shown({ evaluation: { metric: 3 } }, { loss: 0.5 })).toEqual(named("loss", 0.5));
  expect(shown(null, { loss: null })).toBeNull();
});

test("what cannot be read is told, and a folder of many kinds of damage is listed whole", async () => {
  const root = temporaryFolder();
  const store = new RunStore(root);
  const breakers: ((folder: RunFolder) => void)[] = [
    ({ journal }) => rmSync(journal),
    ({ experiment: file }) => rmSync(file),
    ({ experiment: file }) => writeFileSync(file, "{"),
    ({ experiment: file }) => writeFileSync(file, "3"),
    ({ journal }) => (rmSync(journal), mkdirSync(journal)),
    ({ journal }) => appendFileSync(journal, 'rubbish\n"event":{"type":"state"\n' + encodeRecord({ sequence: 1, time: time(1), event: stepEvent(1) }).toString()),
    ({ lease }) => mkdirSync(lease),
    ({ path: folder }) => rmSync(folder, { recursive: true }),
  ];
  for (const breakIt of breakers) breakIt(store.create(experiment, environment));
  writeFileSync(path.join(root, "a file.txt"), "");
  mkdirSync(path.join(root, ".new-left-over"));
  const linked = new RunStore(temporaryFolder()).create(experiment, environment);
  symlinkSync(linked.path, path.join(root, "linked"));
  symlinkSync(path.join(root, "a file.txt"), path.join(root, "no run"));
  const entries = await glanceRuns(root);
  const summaries = await store.list();
  expect(entries).toHaveLength(breakers.length);
  for (const { folder, damage, active } of summaries) expect(entries.find((entry) => entry.path === folder.path)).toMatchObject({ damage, active });
  expect(summaries.map(({ damage }) => damage.length)).toContain(1);
  expect(await glanceRuns(path.join(root, "absent"))).toEqual([]);
  const gone = await glanceRun(path.join(root, "gone-20260101-000000-aaaaaa"));
  expect(gone.damage).toEqual(["experiment.json is missing.", "journal.jsonl is missing."]);
});
