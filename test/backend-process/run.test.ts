import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { PromptTuningError } from "../../src/common/errors.js";
import type { RunEvent } from "../../src/runs/events.js";
import { nodeFileSystem } from "../../src/runs/file-system.js";
import { readJournal } from "../../src/runs/journal-reader.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { summarizeRun } from "../../src/runs/run-summary.js";
import { workspace } from "../cli/end-to-end/ptune.js";
import { openWindow, withBuiltBackend } from "./support.js";

withBuiltBackend();
const place = workspace();
const runsRoot = place.file(".ptune/runs");
const short = place.writeExperiment();
/** More steps than any test waits for. */
const endless = place.write("endless.ptune.json", readFileSync(short, "utf8").replace('"steps": 20', '"steps": 1000000').replace('"every": 10', '"every": 1000000'));

async function events(run: string): Promise<RunEvent[]> {
  const found: RunEvent[] = [];
  await readJournal(new RunFolder(run).journal, ({ event }) => found.push(event));
  return found;
}

const states = async (run: string): Promise<string[]> => (await events(run)).flatMap((event) => (event.type === "state" ? [event.state] : []));
const summary = (run: string) => summarizeRun(nodeFileSystem, new RunFolder(run));

test("a run from its start to its result: the journal says everything, the notices how the job stands", async () => {
  const window = openWindow(place);
  const { job } = await window.supervisor.start({ type: "experiment", file: short }, runsRoot);
  const finished = await window.until(({ state }) => state === "finished");
  expect(finished).toMatchObject({ job, title: "tiny", outcome: { status: "succeeded" }, activity: null });
  const kinds = new Set((await events(finished.run!)).map(({ type }) => type));
  expect([...kinds]).toEqual(expect.arrayContaining(["state", "step", "evaluation", "checkpoint", "baseline", "result"]));
  expect(existsSync(path.join(finished.run!, "adapter", "adapter_model.safetensors"))).toBe(true);
  expect(await summary(finished.run!)).toMatchObject({ active: false, history: { state: "succeeded" }, damage: [] });
  // In order, each state once; the folder is told no later than the training begins.
  expect([...new Set(window.statuses.map(({ state }) => state))]).toEqual(["queued", "preparing", "running", "finished"]);
  expect(window.statuses.find(({ state }) => state === "running")?.run).toBe(finished.run);
});

test("a stopped run leaves a checkpoint and can be resumed, paused, and gone on with", async () => {
  const window = openWindow(place);
  const { job } = await window.supervisor.start({ type: "experiment", file: endless }, runsRoot);
  const training = await window.until(({ step }) => (step?.step ?? 0) >= 3);
  await window.supervisor.call("jobs/stop", { job });
  const stopped = await window.until(({ state }) => state === "finished");
  expect(stopped.outcome).toEqual({ status: "stopped" });
  expect(stopped.run).toBe(training.run);
  const { history, active } = await summary(stopped.run!);
  expect({ state: history.state, active }).toEqual({ state: "stopped", active: false });
  expect(history.lastCheckpoint?.step).toBe(history.steps.at(-1)?.step);

  const resumed = await window.supervisor.start({ type: "resume", run: stopped.run! }, runsRoot);
  await expect(window.supervisor.start({ type: "resume", run: stopped.run! }, runsRoot)).rejects.toMatchObject({ kind: "busy" });
  const further = await window.until((status) => status.job === resumed.job && (status.step?.step ?? 0) > history.steps.at(-1)!.step);
  expect(further.run).toBe(stopped.run);
  await window.supervisor.call("jobs/pause", { job: resumed.job });
  await window.until((status) => status.job === resumed.job && status.state === "paused");
  expect((await states(stopped.run!)).at(-1)).toBe("paused");
  const still = (await summary(stopped.run!)).history.steps.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await summary(stopped.run!)).history.steps.length).toBe(still);

  const before = window.statuses.length;
  await window.supervisor.call("jobs/continue", { job: resumed.job });
  await window.until((status) => window.statuses.indexOf(status) >= before && status.state === "running" && (status.step?.step ?? 0) > 0);
  await window.supervisor.call("jobs/stop", { job: resumed.job });
  expect(await window.until((status) => status.job === resumed.job && status.state === "finished")).toMatchObject({ outcome: { status: "stopped" } });
  expect(await states(stopped.run!)).toEqual(["running", "stopped", "running", "paused", "running", "stopped"]);
});

test("a rerun is a new run of the kept experiment, with what was changed", async () => {
  const window = openWindow(place);
  await window.supervisor.start({ type: "experiment", file: short, overrides: { training: { steps: 4, seed: 7 } } }, runsRoot);
  const first = await window.until(({ state }) => state === "finished");
  expect(first.outcome).toEqual({ status: "succeeded" });
  const second = await window.supervisor.start({ type: "rerun", run: first.run!, overrides: { training: { seed: 8 } } }, runsRoot);
  const again = await window.until(({ job, state }) => job === second.job && state === "finished");
  expect(again.outcome).toEqual({ status: "succeeded" });
  expect(again.run).not.toBe(first.run);
  const kept = (run: string) => JSON.parse(readFileSync(new RunFolder(run).experiment, "utf8"));
  expect(kept(first.run!).training).toMatchObject({ steps: 4, seed: 7 });
  expect(kept(again.run!)).toEqual({ ...kept(first.run!), training: { ...kept(first.run!).training, seed: 8 } });
});

test("what is wrong with a run is its job's outcome, and the next one goes on", async () => {
  const window = openWindow(place);
  const wrong = await window.supervisor.start({ type: "experiment", file: short, overrides: { training: { stepps: 4 } } }, runsRoot);
  const failed = await window.until(({ job, state }) => job === wrong.job && state === "finished");
  expect(failed).toMatchObject({ run: null, outcome: { status: "failed", error: { kind: "experiment" } } });
  expect(failed.outcome?.error?.reason).toContain("stepps");
  const missing = await window.supervisor.start({ type: "rerun", run: path.join(runsRoot, "nothing") }, runsRoot);
  expect(await window.until(({ job, state }) => job === missing.job && state === "finished")).toMatchObject({ outcome: { status: "failed", error: { kind: "run" } } });
  const broken = place.write("broken.ptune.json", readFileSync(short, "utf8").replace('"learningRate": 0.1', '"learningRate": 1e39'));
  const notFinite = await window.supervisor.start({ type: "experiment", file: broken }, runsRoot);
  const ended = await window.until(({ job, state }) => job === notFinite.job && state === "finished");
  expect(ended.outcome).toMatchObject({ status: "failed", error: { kind: "training" } });
  expect(await states(ended.run!)).toEqual(["running", "failed"]);
  const right = await window.supervisor.start({ type: "experiment", file: short, overrides: { training: { steps: 2 } } }, runsRoot);
  expect(await window.until(({ job, state }) => job === right.job && state === "finished")).toMatchObject({ outcome: { status: "succeeded" } });
});

test("three runs, one at a time, in the order they were asked for; a queued one leaves the queue at once", async () => {
  const window = openWindow(place);
  const start = () => window.supervisor.start({ type: "experiment", file: endless }, runsRoot);
  const [first, second, third] = [await start(), await start(), await start()];
  const isTraining = (id: string) => window.until(({ job, state, step }) => job === id && state === "running" && step !== null);
  await isTraining(first.job);
  expect(window.supervisor.jobs.map(({ state }) => state)).toEqual(["running", "queued", "queued"]);
  await expect(window.supervisor.call("jobs/pause", { job: third.job })).rejects.toMatchObject({ kind: "usage" });
  await window.supervisor.call("jobs/stop", { job: second.job });
  expect(window.supervisor.jobs.map(({ state, outcome }) => outcome?.status ?? state)).toEqual(["running", "stopped", "queued"]);
  await window.supervisor.call("jobs/stop", { job: first.job });
  await isTraining(third.job);
  expect(window.supervisor.jobs.map(({ state }) => state)).toEqual(["finished", "finished", "running"]);
  expect(window.statuses.findIndex(({ job, state }) => job === third.job && state === "preparing")).toBeGreaterThan(window.statuses.findIndex(({ job, state }) => job === first.job && state === "finished"));
});

test("a job that nobody knows, and a run that is not one, are refused with what to do", async () => {
  const window = openWindow(place);
  const error = await window.supervisor.call("jobs/stop", { job: "nothing" }).catch((thrown: unknown) => thrown as PromptTuningError);
  expect(error).toMatchObject({ kind: "run" });
  expect((error as PromptTuningError).advice).not.toBe("");
});
