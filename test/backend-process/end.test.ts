import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeFileSystem } from "../../src/runs/file-system.js";
import { isRunning } from "../../src/runs/process-identity.js";
import { RunFolder } from "../../src/runs/run-folder.js";
import { summarizeRun } from "../../src/runs/run-summary.js";
import { workspace } from "../cli/end-to-end/ptune.js";
import { openWindow, type TestWindow, withBuiltBackend } from "./support.js";

withBuiltBackend();
const place = workspace();
const runsRoot = place.file(".ptune/runs");
const endless = place.write("endless.ptune.json", readFileSync(place.writeExperiment(), "utf8").replace('"steps": 20', '"steps": 1000000').replace('"every": 10', '"every": 1000000'));

async function train(window: TestWindow): Promise<{ job: string; run: string; pid: number }> {
  const { job } = await window.supervisor.start({ type: "experiment", file: endless }, runsRoot);
  // Behind the first checkpoint (every five steps).
  const { run } = await window.until((status) => status.job === job && (status.step?.step ?? 0) > 6);
  return { job, run: run!, pid: window.supervisor.pid! };
}

async function untilGone(pid: number): Promise<void> {
  while (isRunning({ pid, started: null }) !== "no") await new Promise((resolve) => setTimeout(resolve, 20));
}

const summary = (run: string) => summarizeRun(nodeFileSystem, new RunFolder(run));

test("SIGKILL: the run has failed with a reason and can be resumed; what was queued is run by the next process", async () => {
  const window = openWindow(place);
  const { job, run, pid } = await train(window);
  const queued = await window.supervisor.start({ type: "experiment", file: endless, overrides: { training: { steps: 3 } } }, runsRoot);
  expect(queued.state).toBe("queued");
  process.kill(pid, "SIGKILL");
  const failed = await window.until((status) => status.job === job && status.state === "finished");
  expect(failed).toMatchObject({ run, outcome: { status: "failed", error: { kind: "backend", reason: expect.stringContaining("killed"), advice: expect.stringContaining("can be resumed") } } });
  expect(await window.until((status) => status.job === queued.job && status.state === "finished")).toMatchObject({ outcome: { status: "succeeded" } });
  expect(window.states).toEqual(["starting", "ready", "restarting", "ready"]);
  expect(window.supervisor.pid).not.toBe(pid);

  const left = await summary(run);
  expect(left).toMatchObject({ active: false, interrupted: true, damage: [] });
  const resumed = await window.supervisor.start({ type: "resume", run }, runsRoot);
  const last = left.history.steps.at(-1)!.step;
  await window.until((status) => status.job === resumed.job && (status.step?.step ?? 0) > last);
});

test("SIGTERM: runs leave a checkpoint before the process ends", async () => {
  const window = openWindow(place);
  const { job, run, pid } = await train(window);
  process.kill(pid, "SIGTERM");
  expect(await window.until((status) => status.job === job && status.state === "finished")).toMatchObject({ outcome: { status: "stopped" } });
  await untilGone(pid);
  const { history } = await summary(run);
  expect(history.state).toBe("stopped");
  expect(history.lastCheckpoint?.step).toBe(history.steps.at(-1)?.step);
});

test("the window closes: the run has a checkpoint of its last step, and the process is gone", async () => {
  const window = openWindow(place);
  const { run, pid } = await train(window);
  await window.supervisor.dispose();
  expect(isRunning({ pid, started: null })).toBe("no");
  const { history, active } = await summary(run);
  expect({ state: history.state, active }).toEqual({ state: "stopped", active: false });
  expect(history.lastCheckpoint?.step).toBe(history.steps.at(-1)?.step);
  await expect(window.supervisor.call("jobs/list", {})).rejects.toMatchObject({ kind: "backend" });
});

test("a restart asked for stops the run with a checkpoint and takes the queue along", async () => {
  const window = openWindow(place);
  const { job, run, pid } = await train(window);
  const queued = await window.supervisor.start({ type: "experiment", file: endless }, runsRoot);
  await window.supervisor.restart();
  expect(window.statuses.findLast((status) => status.job === job)).toMatchObject({ outcome: { status: "stopped" } });
  expect((await summary(run)).history.state).toBe("stopped");
  expect(isRunning({ pid, started: null })).toBe("no");
  await window.until((status) => status.job === queued.job && status.state === "running");
});
