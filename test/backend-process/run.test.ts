import { expect, test } from "vitest";
import { workspace } from "../cli/end-to-end/ptune.js";
import { openWindow, withBuiltBackend } from "./support.js";

withBuiltBackend();
const place = workspace();

test("a run from its start to its result", async () => {
  const window = openWindow(place);
  const status = await window.supervisor.start({ type: "experiment", file: place.writeExperiment() }, place.file(".ptune/runs"));
  expect(status.state === "queued" || status.state === "preparing").toBe(true);
  const finished = await window.until(({ state }) => state === "finished");
  console.log(window.log, finished, window.statuses.map(({ state, activity }) => [state, activity?.text]));
  expect(finished.outcome).toEqual({ status: "succeeded" });
});
