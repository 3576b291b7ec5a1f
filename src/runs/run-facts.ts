import { createHash } from "node:crypto";
import type { EvaluationMeasures, RunEvent, RunState } from "./events.js";
import { factsOfType, type MeasureName } from "../tasks/task-facts.js";
import type { RunEntry } from "./run-entry.js";
import type { RunFolder } from "./run-folder.js";
import type { RunSummary } from "./run-summary.js";

type EventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

/** What of a journal a list shows, however it was read. */
export interface JournalFacts {
  readonly created?: string;
  readonly state: RunState;
  readonly reason?: string;
  readonly lastStep?: EventOf<"step">;
  /** Only where it belongs to the state: a resumed run's earlier result is void. */
  readonly result?: EventOf<"result">;
  /** The last evaluation that is not void. */
  readonly lastEvaluation?: EventOf<"evaluation">;
  /** The one whose measure is shown while there is no result. */
  readonly shownEvaluation?: EventOf<"evaluation">;
}

/** Whether a state comes with a result once its run has ended in order. */
export const hasResult = (state: RunState): boolean => state === "succeeded" || state === "stopped";
/** The test rows' evaluation, or the best so far: of several the last, since each best is better than the one before. */
export const isShown = ({ split, best }: EventOf<"evaluation">): boolean => split === "test" || best === true;

/** The facts of a journal that was read as a whole. */
export function factsOfSummary({ created, history }: RunSummary): JournalFacts {
  const { state, stateReason: reason, steps, evaluations, result } = history;
  return {
    created,
    state,
    reason,
    lastStep: steps.at(-1),
    result: result !== undefined && result.status === state ? result : undefined,
    lastEvaluation: evaluations.at(-1),
    shownEvaluation: evaluations.findLast(isShown) ?? evaluations.at(-1),
  };
}

/** What of experiment.json a list shows. The file is hostile until proven otherwise: every field may be anything. */
export interface ExperimentFacts {
  readonly name?: string;
  readonly seed?: number;
  readonly steps?: number;
  /** See RunEntry. */
  readonly settings?: string;
  /** The measure that tells how good the run is. */
  readonly metric: string;
}

export function factsOfExperiment(content: unknown): ExperimentFacts {
  const experiment = asObject(content);
  const training = asObject(experiment.training);
  const chosen = asObject(experiment.evaluation).metric;
  // A loss decides which checkpoint is best, but says little to a person who compares runs.
  const metric = typeof chosen === "string" && chosen !== "loss" ? chosen : factsOfType(asObject(experiment.task).type).metric;
  return {
    name: typeof experiment.name === "string" && experiment.name !== "" ? experiment.name : undefined,
    seed: finite(training.seed),
    steps: finite(training.steps),
    settings: typeof content === "object" && content !== null ? settingsHash(experiment, training) : undefined,
    metric,
  };
}

export interface FolderFacts {
  readonly folder: RunFolder;
  readonly root: string;
  readonly active: boolean;
  readonly learned: RunEntry["learned"];
  readonly damage: readonly string[];
}

export function runEntry({ folder, root, active, learned, damage }: FolderFacts, experiment: ExperimentFacts, journal: JournalFacts): RunEntry {
  const { state, lastStep, result } = journal;
  const underWay = state === "queued" || state === "running" || state === "paused";
  return {
    path: folder.path,
    name: folder.name,
    id: folder.id,
    root,
    experimentName: experiment.name ?? folder.experimentName,
    seed: experiment.seed ?? null,
    settings: experiment.settings ?? null,
    created: journal.created ?? null,
    state: underWay && !active ? "interrupted" : state,
    active,
    ...(journal.reason === undefined ? {} : { reason: journal.reason }),
    step: lastStep?.step ?? 0,
    steps: lastStep?.steps ?? experiment.steps ?? null,
    secondsLeft: active && state === "running" ? (lastStep?.secondsLeft ?? null) : null,
    seconds: result?.seconds ?? null,
    metric: shownMetric(experiment.metric, journal),
    learned,
    damage: [...damage],
  };
}

function shownMetric(name: string, { result, lastEvaluation, shownEvaluation }: JournalFacts): RunEntry["metric"] {
  // The rows of the result are those of the evaluation just before it: the test split, or validation where there is none.
  if (result?.test) return measured(name, result.test, lastEvaluation?.split ?? "test");
  return shownEvaluation ? measured(name, shownEvaluation.measures, shownEvaluation.split) : null;
}

const otherMetrics = ["accuracy", "macroF1", "spanF1", "spanF1Strict", "spanPrecision", "spanRecall", "rougeL", "exactMatch", "loss"] as const satisfies readonly MeasureName[];

function measured(name: string, measures: EvaluationMeasures, split: "validation" | "test"): RunEntry["metric"] {
  for (const candidate of otherMetrics.toSorted((a, b) => Number(b === name) - Number(a === name))) {
    const value = measures[candidate];
    if (value !== undefined && value !== null) return { name: candidate, value, split };
  }
  return null;
}

/** Of what an experiment says beside name and seed, whatever the order of its keys. */
function settingsHash({ $schema: _schema, name: _name, ...experiment }: Record<string, unknown>, { seed: _seed, ...training }: Record<string, unknown>): string {
  const sorted = (_key: string, value: unknown): unknown => (typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value);
  return createHash("sha256").update(JSON.stringify({ ...experiment, training }, sorted)).digest("hex").slice(0, 12);
}

const asObject = (value: unknown): Record<string, unknown> => (typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {});
const finite = (value: unknown): number | undefined => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
