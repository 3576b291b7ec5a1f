import type { SourceProgress } from "../../backbone/sources/source.js";
import type { Activity } from "../../protocol/backend/jobs.js";
import type { RunEvent } from "../../runs/events.js";

type PhaseEvent = Extract<RunEvent, { type: "phase" }>;

/** What a run is busy with, as a job tells it. */
export function activityOfPhase({ phase, done, total }: PhaseEvent): Activity {
  const baseline = /^baseline \d+: (.*)$/su.exec(phase);
  const [kind, text] = baseline ? (["baseline", `measuring the baseline ${baseline[1]}`] as const) : (phases.get(phase) ?? (["other", phase] as const));
  return { kind, text: shortened(text), ...(baseline ? { subject: shortened(baseline[1]) } : {}), ...(done === undefined ? {} : { done }), ...(total === undefined ? {} : { total }) };
}

/** Fetching and unpacking the backbone; done and total in bytes. */
export function activityOfFetch({ phase, file, done, total }: SourceProgress): Activity {
  return { kind: phase, text: shortened(`${fetching[phase]} ${file}`), subject: shortened(file), done, ...(total === undefined ? {} : { total }) };
}

const phases: ReadonlyMap<string, readonly [Activity["kind"], string]> = new Map([
  ["data", ["data", "reading the data"]],
  ["backbone", ["backbone", "opening the backbone"]],
  ["checking the gradient", ["gradient", "checking the gradient"]],
  ["training", ["training", "training"]],
  ["validation", ["validation", "validating"]],
  ["test", ["test", "testing on held-out rows"]],
  ["baselines", ["baseline", "measuring the baselines"]],
  ["faithfulness", ["faithfulness", "measuring the nearest tokens as a hard prompt"]],
  ["inspection", ["inspection", "looking for the nearest tokens"]],
]);

const fetching: Readonly<Record<SourceProgress["phase"], string>> = {
  "looking-up": "looking up",
  waiting: "waiting for another process that downloads",
  downloading: "downloading",
  unpacking: "unpacking",
  checking: "checking",
};

const most = 200;

/** A hard prompt may be pages long; a status is one line. */
function shortened(text: string): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
