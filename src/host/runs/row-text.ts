import type { JobStatus } from "../../protocol/backend/jobs.js";
import type { RunEntry } from "../../runs/run-entry.js";
import { contextOf } from "./row-context.js";
import { folderOfRoot, type RunGroup } from "./run-groups.js";
import type { RowSituation } from "./row-situation.js";
import { tooltipOf } from "./row-tooltip.js";
import { ageText, durationText, metricName, metricText, metricValueText, type Speech, stateText, stepText } from "./words.js";

/** A row of the tree, without the editor's classes. */
export interface RowText {
  readonly label: string;
  readonly description: string;
  /** A codicon, and the theme's colour for it. */
  readonly icon: { readonly id: string; readonly color?: string };
  /** Markdown; what comes from files is escaped in it. Made when it is looked at. */
  readonly tooltip: () => string;
  /** The whole row as a sentence. */
  readonly spoken: string;
  readonly context: string;
}

export function runRow(speech: Speech, entry: RunEntry, situation: RowSituation): RowText {
  const { l10n } = speech;
  const label = entry.seed === null ? entry.id : situation.twin ? l10n.t("seed {0} · {1}", entry.seed, entry.id) : l10n.t("seed {0}", entry.seed);
  const parts = [...progressOf(speech, entry, situation), entry.metric ? metricText(speech, entry.metric) : "", ageText(speech, entry.created)].filter((part) => part !== "");
  const marks = [situation.baseline ? l10n.t("baseline") : "", entry.damage.length > 0 ? l10n.t("damaged") : ""].filter((part) => part !== "");
  return {
    label,
    description: [...marks, ...parts].join(" · "),
    icon: iconOf(entry, situation),
    tooltip: () => tooltipOf(speech, entry, situation),
    spoken: [l10n.t("Run of {0}", entry.experimentName), label, stateText(speech, entry.state), ...marks, ...parts].join(", "),
    context: contextOf(entry, situation),
  };
}

/** What it is doing, or how it ended where that is not the ordinary end. */
function progressOf(speech: Speech, entry: RunEntry, { job }: RowSituation): string[] {
  const { l10n } = speech;
  if (job?.state === "queued") return [l10n.t("waiting for its turn")];
  if (job?.state === "preparing") return [activityText(speech, job)];
  if (job?.state === "stopping") return [l10n.t("stopping"), stepText(speech, entry)];
  // It waits after the step under way.
  if (job?.state === "running" && job.activity?.kind === "pausing") return [stepText(speech, entry), activityText(speech, job)];
  switch (entry.state) {
    case "running": {
      // Training is done, but the test and the baselines are not: what it does now says more.
      const trained = entry.steps !== null && entry.step >= entry.steps;
      const left = entry.secondsLeft === null || trained ? "" : l10n.t("{0} left", durationText(speech, entry.secondsLeft));
      return [stepText(speech, entry), trained && job?.activity ? activityText(speech, job) : left];
    }
    case "succeeded":
      return [];
    case "queued":
      return [stateText(speech, entry.state)];
    default:
      return [l10n.t("{0} at {1}", stateText(speech, entry.state), stepText(speech, entry))];
  }
}

/** "Downloading smollm2.gguf 34 %". */
export function activityText({ l10n }: Pick<Speech, "l10n">, { state, activity }: Pick<JobStatus, "state" | "activity">): string {
  if (state === "queued") return l10n.t("waiting for its turn");
  if (!activity) return l10n.t("preparing");
  const { text, done, total } = activity;
  return done === undefined || !total ? text : l10n.t("{0} {1} %", text, Math.min(100, Math.floor((100 * done) / total)));
}

const icons: Readonly<Record<RunEntry["state"], RowText["icon"]>> = {
  queued: { id: "loading~spin", color: "charts.blue" },
  running: { id: "sync~spin", color: "charts.blue" },
  paused: { id: "debug-pause", color: "charts.yellow" },
  succeeded: { id: "pass-filled", color: "charts.green" },
  stopped: { id: "stop-circle", color: "charts.yellow" },
  interrupted: { id: "debug-disconnect", color: "charts.orange" },
  failed: { id: "error", color: "charts.red" },
};

function iconOf({ state }: RunEntry, { job }: RowSituation): RowText["icon"] {
  if (job?.state === "queued") return { id: "watch", color: "charts.blue" };
  if (job?.state === "preparing") return icons.queued;
  return icons[state];
}

export function groupRow(speech: Speech, { name, root, runs, best, overSeeds }: RunGroup, options: { readonly showFolder: boolean }): RowText {
  const { l10n } = speech;
  const count = runs.length === 1 ? l10n.t("1 run") : l10n.t("{0} runs", runs.length);
  const bestPart = best ? l10n.t("best {0}", metricText(speech, best)) : "";
  const seedsPart = overSeeds
    ? l10n.t("{0} {1} ± {2} over {3} seeds", metricName(speech, overSeeds.metric), bare(speech, overSeeds.metric, overSeeds.mean), metricValueText(speech, overSeeds.metric, overSeeds.deviation), overSeeds.seeds)
    : "";
  const parts = [options.showFolder ? folderOfRoot(root) : "", count, bestPart, seedsPart].filter((part) => part !== "");
  const running = runs.some(({ active }) => active);
  return {
    label: name,
    description: parts.join(" · "),
    icon: { id: "beaker", ...(running ? { color: "charts.blue" } : {}) },
    tooltip: () => parts.join("  \n"),
    spoken: [l10n.t("Experiment {0}", name), ...parts].join(", "),
    context: runs.length > 1 ? "experiment;several;" : "experiment;",
  };
}

/** The mean without its sign of percent, which stands behind the deviation. */
const bare = (speech: Speech, metric: string, value: number): string => metricValueText(speech, metric, value).replace(/\s*%$/, "");

/** A job that has no folder yet. */
export function jobRow(speech: Speech, job: JobStatus): RowText {
  const { l10n } = speech;
  const doing = job.state === "stopping" ? l10n.t("stopping") : activityText(speech, job);
  return {
    label: job.title,
    description: doing,
    icon: job.state === "queued" ? { id: "watch", color: "charts.blue" } : { id: "loading~spin", color: "charts.blue" },
    tooltip: () => doing,
    spoken: [l10n.t("Run of {0}", job.title), doing].join(", "),
    context: job.state === "stopping" ? "job;" : "job;active;",
  };
}
