import fc from "fast-check";
import { expect, test } from "vitest";
import { configDifference, differenceText } from "../../../src/host/runs/config-difference.js";
import { isFinished, isPrepared, whenJob } from "../../../src/host/runs/commands/job-watch.js";
import { experimentFileOf, type Memory, rememberExperimentFile } from "../../../src/host/runs/experiment-of-run.js";
import { batchText, finishText } from "../../../src/host/runs/finish-text.js";
import { untold, withTold } from "../../../src/host/runs/interrupted-runs.js";
import { nextSeeds } from "../../../src/host/runs/next-seeds.js";
import { contextBeforeLoad, contextOfRuns } from "../../../src/host/runs/run-context.js";
import { statusText } from "../../../src/host/runs/status-text.js";
import type { JobStatus } from "../../../src/protocol/backend/jobs.js";
import { english, entry, job, running } from "./support.js";

const words = { same: "The settings are the same.", absent: "(not set)" };

test("a config difference names settings as messages do, one a line", () => {
  const a = { $schema: "x", name: "spam", training: { seed: 1, learningRate: 0.01 }, task: { verbalizer: { ham: " no" } }, evaluation: { baselines: ["majority"] }, dataset: "spam-assassin" };
  const b = { name: "spam", training: { seed: 2, learningRate: 0.01, momentum: 0.9 }, task: { verbalizer: {} }, evaluation: { baselines: ["majority", "zero-shot"] }, dataset: { train: "a.tsv" } };
  expect(differenceText("a → b", configDifference(a, b), words)).toBe(
    ["a → b", "training.seed: 1 → 2", 'task.verbalizer.ham: " no" → (not set)', 'evaluation.baselines: ["majority"] → ["majority","zero-shot"]', 'dataset: "spam-assassin" → (not set)', "training.momentum: (not set) → 0.9", "task.verbalizer: (not set) → {}", 'dataset.train: (not set) → "a.tsv"', ""].join("\n"),
  );
  expect(differenceText("a → a", configDifference(a, structuredClone(a)), words)).toBe("a → a\nThe settings are the same.\n");
});

test("differences are found in both directions, and none between equals", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(configDifference(a, structuredClone(a))).toEqual([]);
      const back = configDifference(b, a).map(({ setting, from, to }) => ({ setting, from: to, to: from }));
      const bySetting = (x: { setting: string }, y: { setting: string }): number => (x.setting < y.setting ? -1 : 1);
      expect(configDifference(a, b).sort(bySetting)).toEqual(back.sort(bySetting));
    }),
  );
});

test("the end of a run is told beside what needs no training", () => {
  const measures = (accuracy: number): { items: number; accuracy: number; loss: number } => ({ items: 480, accuracy, loss: 1 - accuracy });
  const result = { test: measures(0.952), baselines: { majority: measures(0.5), "zero-shot": measures(0.631), "hard prompt: A": measures(0.7), "hard prompt: B": measures(0.71) } };
  expect(finishText(english, "spam", "accuracy", result)).toBe("spam: accuracy 95.2 % with the learned prompt, 63.1 % zero-shot, 71.0 % with the hard prompt, on 480 rows.");
  expect(finishText(english, "spam", "loss", result)).toBe("spam: loss 0.048 with the learned prompt, 0.369 zero-shot, 0.290 with the hard prompt, on 480 rows.");
  expect(finishText(english, "spam", "accuracy", { ...result, baselines: {} })).toBe("spam: accuracy 95.2 % with the learned prompt, on 480 rows.");
  expect(finishText(english, "spam", "accuracy", { test: null, baselines: {} })).toBe("spam: the run has finished.");
  const runs = [0.94, 0.96].map((value) => ({ metric: { name: "accuracy", value, split: "test" as const } }));
  expect(batchText(english, "spam", runs, 0)).toBe("spam: 2 runs have finished, accuracy 95.0 % ± 1.4 %.");
  expect(batchText(english, "spam", [{ metric: null }, ...runs.slice(1)], 2)).toBe("spam: 2 runs have finished, 2 failed.");
});

test("the status bar tells what trains, and hides when nothing does", () => {
  expect(statusText(english, [job({ state: "finished" })], [entry()])).toBeUndefined();
  const run = running({ secondsLeft: 42 });
  expect(statusText(english, [], [run, entry()])).toEqual({ text: "$(sync~spin) spam 120/300 · 0:42 left", tooltip: "spam: step 120/300 · 0:42 left · accuracy 90.0 %", spoken: "Prompt Tuning, spam: step 120/300 · 0:42 left · accuracy 90.0 %", runs: [run.path] });
  const own = job({ state: "running", run: run.path, step: { step: 121, steps: 300, loss: 0.3, secondsLeft: 41 } });
  const several = statusText(english, [job({ title: "mood", state: "queued" }), own], [run])!;
  expect(several.text).toBe("$(sync~spin) spam 121/300 · 0:41 left +1");
  expect(several.tooltip.split("\n")).toEqual(["mood: waiting for its turn", "spam: step 121/300 · 0:41 left · accuracy 90.0 %"]);
  expect(several.runs).toEqual([run.path]);
  const one = (given: Partial<JobStatus>): string | undefined => statusText(english, [job(given)], [])?.text;
  expect(one({ state: "preparing", activity: { kind: "downloading", text: "downloading", done: 1, total: 4 } })).toBe("$(sync~spin) spam downloading 25 %");
  expect(one({ state: "paused", step: { step: 5, steps: 9, loss: null, secondsLeft: null } })).toBe("$(debug-pause) spam 5/9");
  expect(one({ state: "stopping" })).toBe("$(sync~spin) spam stopping");
  expect(one({ state: "running", step: { step: 9, steps: 9, loss: null, secondsLeft: 0 }, activity: { kind: "test", text: "testing" } })).toBe("$(sync~spin) spam testing");
  expect(one({ title: "$(trash) x" })).not.toContain("$(trash)");
});

test("further seeds are those that equal settings have not used", () => {
  const like = entry({ seed: 2 });
  const entries = [like, entry({ seed: 3 }), entry({ seed: 4, settings: "b" }), entry({ seed: 5 }), entry({ seed: 6, experimentName: "mood" })];
  expect(nextSeeds(entries, like, 3)).toEqual([4, 6, 7]);
  expect(nextSeeds([], entry({ seed: null }), 1)).toEqual([1]);
  expect(nextSeeds([], entry({ seed: -7 }), 1)).toEqual([1]);
  expect(nextSeeds([], entry({ seed: 2 ** 31 - 1 }), 2)).toEqual([1, 2]);
});

test("an interrupted run is told once, and again when it was resumed and interrupted again", () => {
  const [a, b] = [entry({ state: "interrupted", step: 120 }), entry({ state: "interrupted", step: 7 })];
  const told = withTold("rubbish", untold(undefined, [a]));
  expect(untold(told, [a, b])).toEqual([b]);
  expect(untold(told, [{ ...a, step: 150 }])).toHaveLength(1);
  expect(untold(withTold(told, [b]), [a, b])).toEqual([]);
});

test("which file a run came from is remembered, of the newest runs", async () => {
  const kept = new Map<string, unknown>();
  const memory: Memory = { get: (key) => kept.get(key), update: (key, value) => Promise.resolve(void kept.set(key, value)) };
  for (let run = 0; run < 600; run++) await rememberExperimentFile(memory, `/r/${run}`, `/e/${run}`);
  await rememberExperimentFile(memory, "/r/200", "/e/new");
  expect([0, 99, 100, 200, 599].map((run) => experimentFileOf(memory, `/r/${run}`))).toEqual([undefined, undefined, "/e/100", "/e/new", "/e/599"]);
  expect((kept.get([...kept.keys()][0]) as unknown[]).length).toBe(500);
  kept.set([...kept.keys()][0], [3, ["a"], ["/r/1", "/e/1"]]);
  expect(experimentFileOf(memory, "/r/1")).toBe("/e/1");
});

test("commands are offered where they make sense, and before anything is known wherever there are runs", () => {
  const nothing = { jobs: false, baseline: false };
  expect(contextOfRuns([], nothing)).toEqual({ hasRuns: false, hasActiveRuns: false, hasPausedRuns: false, hasResumableRuns: false, hasLearned: false, hasBaseline: false });
  expect(contextOfRuns([entry()], { jobs: true, baseline: true })).toEqual({ hasRuns: true, hasActiveRuns: true, hasPausedRuns: false, hasResumableRuns: false, hasLearned: true, hasBaseline: true });
  expect(contextOfRuns([running({ state: "paused", learned: "nothing" }), entry({ state: "interrupted", learned: "nothing" })], nothing)).toMatchObject({ hasActiveRuns: true, hasPausedRuns: true, hasResumableRuns: true, hasLearned: false });
  expect(Object.values(contextBeforeLoad(true, nothing))).toEqual([true, true, true, true, true, false]);
  expect(Object.values(contextBeforeLoad(false, nothing))).toEqual([false, false, false, false, false, false]);
});

test("a job is waited for from what is known, and from what comes", async () => {
  const listeners = new Set<(status: JobStatus) => void>();
  const all: JobStatus[] = [job({ job: "a", state: "finished" }), job({ job: "b" })];
  const jobs = { all, onDidChange: (listener: (status: JobStatus) => unknown) => (listeners.add(listener), { dispose: () => void listeners.delete(listener) }) };
  expect((await whenJob(jobs, "a", isFinished)).job).toBe("a");
  const prepared = whenJob(jobs, "b", isPrepared);
  for (const status of [job({ job: "c", run: "/r" }), job({ job: "b", state: "running" }), job({ job: "b", run: "/r/b" })]) [...listeners].forEach((listener) => listener(status));
  expect(await prepared).toMatchObject({ job: "b", run: "/r/b" });
  expect(listeners.size).toBe(0);
  const resumed = (state: JobStatus["state"]): boolean => isPrepared(job({ source: { type: "resume", run: "/r" }, run: "/r", state }));
  expect([resumed("queued"), resumed("preparing"), resumed("running"), resumed("finished")]).toEqual([false, false, true, true]);
});
