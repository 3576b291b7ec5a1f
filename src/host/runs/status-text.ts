import type { JobStatus } from "../../protocol/backend/jobs.js";
import type { RunEntry } from "../../runs/run-entry.js";
import { activityText } from "./row-text.js";
import { clockText, metricText, type Speech, stateText, stepText } from "./words.js";

/** The status bar's item while something runs. */
export interface StatusText {
  readonly text: string;
  /** One line for each that is under way. */
  readonly tooltip: string;
  readonly spoken: string;
  /** The runs a click can open, and the jobs that have no run yet. */
  readonly runs: readonly string[];
}

/** Nothing where nothing is under way: of this window's jobs, and of other processes' runs. */
export function statusText(speech: Speech, jobs: readonly JobStatus[], entries: readonly RunEntry[]): StatusText | undefined {
  const { l10n } = speech;
  const busy = jobs.filter(({ state }) => state !== "finished");
  const ofJobs = new Set(busy.flatMap(({ run }) => run ?? []));
  const others = entries.filter(({ active, path }) => active && !ofJobs.has(path));
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const items = [...busy.map((job) => jobItem(speech, job, job.run === null ? undefined : byPath.get(job.run))), ...others.map((entry) => runItem(speech, entry))];
  if (items.length === 0) return undefined;
  // What trains says more than what waits.
  const [first] = [...items].sort((a, b) => b.rank - a.rank);
  const more = items.length > 1 ? ` +${items.length - 1}` : "";
  return {
    text: `$(${first.icon}) ${plain(first.short)}${more}`,
    tooltip: items.map(({ long }) => long).join("\n"),
    spoken: [l10n.t("Prompt Tuning"), ...items.map(({ long }) => long)].join(", "),
    runs: [...ofJobs, ...others.map(({ path }) => path)],
  };
}

interface Item {
  readonly icon: string;
  readonly short: string;
  readonly long: string;
  readonly rank: number;
}

function jobItem(speech: Speech, job: JobStatus, entry: RunEntry | undefined): Item {
  const { l10n } = speech;
  const { title, state, step } = job;
  const metric = entry?.metric ? metricText(speech, entry.metric) : "";
  const said = (icon: string, short: string, long: string, rank: number): Item => ({ icon, short: `${title} ${short}`, long: [`${title}: ${long}`, metric].filter((part) => part !== "").join(" · "), rank });
  const progress = step ?? (entry && entry.step > 0 ? entry : null);
  switch (state) {
    case "paused":
      return said("debug-pause", progress ? `${progress.step}/${progress.steps}` : "", l10n.t("paused"), 2);
    case "stopping":
      return said("sync~spin", l10n.t("stopping"), l10n.t("stopping"), 3);
    case "running":
      if (progress !== null && progress.steps !== null && progress.step < progress.steps) return { ...trainingItem(speech, title, progress, metric) };
      return said("sync~spin", activityText(speech, job), activityText(speech, job), 3);
    default:
      return said(state === "queued" ? "watch" : "sync~spin", activityText(speech, job), activityText(speech, job), state === "queued" ? 0 : 1);
  }
}

function runItem(speech: Speech, entry: RunEntry): Item {
  const metric = entry.metric ? metricText(speech, entry.metric) : "";
  if (entry.state === "running") return trainingItem(speech, entry.experimentName, entry, metric);
  const state = stateText(speech, entry.state);
  return { icon: entry.state === "paused" ? "debug-pause" : "sync~spin", short: `${entry.experimentName} ${state}`, long: `${entry.experimentName}: ${state}`, rank: 1 };
}

/** "spam 120/300 · 0:42 left". */
function trainingItem(speech: Speech, title: string, { step, steps, secondsLeft }: Pick<RunEntry, "step" | "steps" | "secondsLeft">, metric: string): Item {
  const left = secondsLeft === null ? "" : speech.l10n.t("{0} left", clockText(secondsLeft));
  const parts = (head: string, ...rest: string[]): string => [head, ...rest].filter((part) => part !== "").join(" · ");
  return { icon: "sync~spin", short: parts(`${title} ${steps === null ? step : `${step}/${steps}`}`, left), long: parts(`${title}: ${stepText(speech, { step, steps })}`, left, metric), rank: 4 };
}

/** Names come from files: "$(icon)" in them is text. */
const plain = (text: string): string => text.replaceAll("$(", "$\u200B(");
