import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { workspace } from "../cli/end-to-end/ptune.js";
import { openWindow, withBuiltBackend } from "./support.js";

withBuiltBackend();
const place = workspace();
const runsRoot = place.file(".ptune/runs");
const short = place.writeExperiment();
const endless = place.write("endless.ptune.json", readFileSync(short, "utf8").replace('"steps": 20', '"steps": 1000000').replace('"every": 10', '"every": 1000000'));

test("the runs of a sweep train side by side; each ends, fails, pauses and stops by itself", async () => {
  const window = openWindow(place);
  const start = (file: string, training: object) => window.supervisor.start({ type: "experiment", file, sweep: "seeds", overrides: { training } }, runsRoot);
  const [paused, stopped, ending, failing] = await Promise.all([start(endless, { seed: 1 }), start(endless, { seed: 2 }), start(short, { seed: 3 }), start(short, { learningRate: 1e39 })]);
  const of = ({ job }: { job: string }) => (status: { job: string }) => status.job === job;
  expect(await window.until((status) => of(ending)(status) && status.state === "finished")).toMatchObject({ outcome: { status: "succeeded" } });
  expect(await window.until((status) => of(failing)(status) && status.state === "finished")).toMatchObject({ outcome: { status: "failed", error: { kind: "training" } } });

  await window.supervisor.call("jobs/pause", { job: paused.job });
  await window.until((status) => of(paused)(status) && status.state === "paused");
  const before = window.statuses.length;
  const reached = window.statuses.findLast(of(stopped))!.step!.step;
  await window.until((status) => window.statuses.indexOf(status) >= before && of(stopped)(status) && (status.step?.step ?? 0) > reached + 2);
  await window.supervisor.call("jobs/continue", { job: paused.job });
  const continued = window.statuses.length;
  await window.until((status) => window.statuses.indexOf(status) >= continued && of(paused)(status) && status.state === "running" && (status.step?.step ?? 0) > 0);
  for (const { job } of [paused, stopped]) await window.supervisor.call("jobs/stop", { job });
  const ends = await Promise.all([paused, stopped].map((job) => window.until((status) => of(job)(status) && status.state === "finished")));
  expect(ends.map(({ outcome }) => outcome)).toEqual([{ status: "stopped" }, { status: "stopped" }]);
  expect(new Set(window.statuses.flatMap(({ run }) => (run === null ? [] : [path.basename(run)]))).size).toBe(4);
  // A sweep that has ended leaves nothing behind: another of its name begins anew.
  const again = await start(short, { seed: 4 });
  expect(await window.until((status) => of(again)(status) && status.state === "finished")).toMatchObject({ outcome: { status: "succeeded" } });
});
