import type { JobStatus } from "../../../src/protocol/backend/jobs.js";
import type { RunEntry } from "../../../src/runs/run-entry.js";
import type { Speech } from "../../../src/host/runs/words.js";

export const now = Date.parse("2026-03-01T12:00:00Z");

/** English, as the editor's own localization without a bundle. */
export const english: Speech = {
  l10n: { t: (message, ...args) => message.replace(/\{(\d+)\}/g, (slot, index) => (Number(index) < args.length ? String(args[Number(index)]) : slot)) },
  language: "en",
  now,
};

let made = 0;
/** A run that succeeded three minutes ago, unless told otherwise. */
export function entry(given: Partial<RunEntry> = {}): RunEntry {
  const id = (made++).toString(16).padStart(6, "0");
  const experimentName = given.experimentName ?? "spam";
  const root = given.root ?? "/work/.ptune/runs";
  const name = `${experimentName}-20260301-115700-${id}`;
  return {
    path: `${root}/${name}`,
    name,
    id,
    root,
    experimentName,
    seed: 1,
    settings: "a",
    created: "2026-03-01T11:57:00Z",
    state: "succeeded",
    active: false,
    step: 300,
    steps: 300,
    secondsLeft: null,
    seconds: 61,
    metric: { name: "accuracy", value: 0.952, split: "test" },
    learned: "adapter",
    damage: [],
    ...given,
  };
}

export const running = (given: Partial<RunEntry> = {}): RunEntry => entry({ state: "running", active: true, step: 120, secondsLeft: 12, seconds: null, learned: "checkpoint", metric: { name: "accuracy", value: 0.9, split: "validation" }, ...given });

export function job(given: Partial<JobStatus> = {}): JobStatus {
  return { job: `job-${made++}`, source: { type: "experiment", file: "/work/spam.ptune.json" }, runsRoot: "/work/.ptune/runs", title: "spam", run: null, state: "preparing", activity: null, step: null, outcome: null, ...given };
}
