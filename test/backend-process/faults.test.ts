import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeFileSystem } from "../../src/runs/file-system.js";
import { isRunning } from "../../src/runs/process-identity.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { summarizeRun } from "../../src/runs/run-summary.js";
import { forkChild } from "../../src/supervisor/fork-child.js";
import { workspace } from "../cli/end-to-end/ptune.js";
import { fixtureScript, openWindow, type TestWindow, withBuiltBackend } from "./support.js";

withBuiltBackend();
const place = workspace();
const runsRoot = place.file(".ptune/runs");

/** An experiment that goes on until its fault; the fixture faulty-run takes the fault from its name. */
function faulty(name: string): string {
  const text = readFileSync(place.writeExperiment(), "utf8").replace('"steps": 20', '"steps": 1000000').replace('"every": 10', '"every": 1000000');
  return place.write(`${name}.ptune.json`, text.replace('"name": "tiny"', `"name": "${name}"`));
}

async function faultyWindow(): Promise<TestWindow> {
  return openWindow(place, { script: await fixtureScript("faulty-run") });
}

const summary = (run: string) => summarizeRun(nodeFileSystem, new RunFolder(run));

test.each([
  ["throws-later", "thrown by a timer"],
  ["rejects-later", "a rejection that nobody caught"],
])("an exception that nobody caught (%s) fails its own run, in the journal too; another run goes on", async (name, reason) => {
  const window = openWindow(place, { script: await fixtureScript("faulty-run"), settings: { runsAtOnce: 2 } });
  const other = await window.supervisor.start({ type: "experiment", file: faulty("healthy") }, runsRoot);
  const { job } = await window.supervisor.start({ type: "experiment", file: faulty(name) }, runsRoot);
  const failed = await window.until((status) => status.job === job && status.state === "finished");
  expect(failed.outcome).toMatchObject({ status: "failed", error: { kind: "internal", message: reason } });
  expect((await summary(failed.run!)).history).toMatchObject({ state: "failed", stateReason: reason });
  expect(window.log.join("\n")).toContain(reason);
  expect(window.states).toEqual(["starting", "ready"]);
  const before = window.statuses.length;
  await window.until((status) => window.statuses.indexOf(status) >= before && status.job === other.job && (status.step?.step ?? 0) > 8);
});

test("a process that ran out of memory: the run has failed, the reason says so", async () => {
  const script = await fixtureScript("faulty-run");
  const window = openWindow(place, { fork: () => forkChild({ script, execArgv: ["--max-old-space-size=300"] }) });
  const { job } = await window.supervisor.start({ type: "experiment", file: faulty("fills-the-heap") }, runsRoot);
  const failed = await window.until((status) => status.job === job && status.state === "finished");
  expect(failed.outcome).toMatchObject({ status: "failed", error: { kind: "backend", reason: "It ran out of memory.", advice: expect.stringContaining("can be resumed") } });
  expect(await summary(failed.run!)).toMatchObject({ active: false, interrupted: true, damage: [] });
});

test("a process that prints without end is read on, and its run goes on", async () => {
  const window = await faultyWindow();
  const { job } = await window.supervisor.start({ type: "experiment", file: faulty("floods-its-output") }, runsRoot);
  await window.until((status) => status.job === job && (status.step?.step ?? 0) > 8);
  expect(window.states).toEqual(["starting", "ready"]);
});

test("a main thread that is busy for good: its window is gone, and so is the process", async () => {
  const window = await faultyWindow();
  await window.supervisor.start({ type: "experiment", file: faulty("busy-for-ever") }, runsRoot);
  const { run } = await window.until((status) => status.run !== null);
  // Its journal tells; the process itself does not speak any more.
  while (((await summary(run!)).history.steps.at(-1)?.step ?? 0) < 8) await new Promise((resolve) => setTimeout(resolve, 50));
  const pid = window.supervisor.pid!;
  await window.supervisor.dispose();
  expect(isRunning({ pid, started: null })).toBe("no");
  expect(await summary(run!)).toMatchObject({ active: false, interrupted: true, damage: [] });
});

test("a process that hangs and ignores SIGTERM is killed after three missed heartbeats, and started again", async () => {
  const window = openWindow(place, { script: await fixtureScript("ignores-sigterm") });
  await window.supervisor.call("jobs/list", {});
  const pid = window.supervisor.pid!;
  await window.untilState("restarting");
  expect(window.log.join("\n")).toContain("gave no sign of life");
  await window.untilState("ready");
  expect(isRunning({ pid, started: null })).toBe("no");
  expect(window.supervisor.pid).not.toBe(pid);
});

test("a process that floods its line is ended", async () => {
  const window = openWindow(place, { script: await fixtureScript("floods-notices") });
  await window.supervisor.call("jobs/list", {}).catch(() => undefined);
  await window.untilState("restarting");
  expect(window.log.join("\n")).toContain("far more messages than can be read");
});
