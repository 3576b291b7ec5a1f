import { PromptTuningError } from "../../common/errors.js";
import type { EvaluationMeasures } from "../../runs/events.js";
import type { RunEntry } from "../../runs/run-entry.js";
import type { RunHistory } from "../../runs/run-history.js";
import { measureNames } from "../../tasks/task-facts.js";
import type { ToolInput } from "./inputs.js";

/** Points of a curve told to a language model: enough for its shape. */
const curvePoints = 20;
const mostEvaluations = 40;
const mostMessages = 20;

/** The answer of list_runs. */
export function listRuns(runs: readonly RunEntry[], { experiment, state, limit }: ToolInput<"promptTuning_list_runs">) {
  const matching = runs.filter((run) => (experiment === undefined || run.experimentName === experiment) && (state === undefined || run.state === state));
  return { total: matching.length, runs: matching.slice(0, limit).map(brief) };
}

function brief(run: RunEntry) {
  const { name, experimentName, seed, state, reason, created, step, steps, metric, secondsLeft } = run;
  return { run: name, experiment: experimentName, seed, state, ...(reason === undefined ? {} : { reason }), created, step, steps, metric: metric && { ...metric, value: rounded(metric.value) }, ...(secondsLeft === null ? {} : { secondsLeft: Math.round(secondsLeft) }) };
}

/** The run a text means: its folder's name, id or path. @throws PromptTuningError kind "usage" */
export function findRun(runs: readonly RunEntry[], text: string): RunEntry {
  const found = runs.filter((run) => run.path === text || run.name === text || run.id === text);
  if (found.length === 1) return found[0];
  throw new PromptTuningError("usage", found.length === 0 ? `There is no run "${text}".` : `"${text}" could be ${found.length} runs.`, { advice: "Use the name that list_runs gives." });
}

/** The answer of get_run: what the run's journal says, short enough to be read. */
export function describeRun(run: RunEntry, history: RunHistory, experiment: unknown) {
  const { steps, evaluations, baselines, messages, result } = history;
  return {
    ...brief(run),
    path: run.path,
    losses: thinned(steps).map(({ step, loss }) => [step, rounded(loss)]),
    evaluations: evaluations.slice(-mostEvaluations).map(({ step, split, best, measures }) => ({ step, split, ...(best ? { best } : {}), ...measuresOf(measures), items: measures.items })),
    baselines: Object.fromEntries(baselines.map(({ name, measures }) => [name, measuresOf(measures)])),
    ...(result ? { result: { status: result.status, test: result.test && { ...result.test, ...measuresOf(result.test) }, seconds: rounded(result.seconds), peakMemoryMB: Math.round(result.peakMemoryMB) } } : {}),
    warnings: messages.filter(({ level }) => level !== "info").slice(-mostMessages).map(({ text }) => text),
    damage: run.damage,
    experiment,
  };
}

/** The numbers among measures, with the digits that mean something. */
function measuresOf(measures: EvaluationMeasures): Record<string, number> {
  return Object.fromEntries(measureNames.flatMap((name) => (typeof measures[name] === "number" ? [[name, rounded(measures[name])!]] : [])));
}

function thinned<T>(items: readonly T[]): T[] {
  if (items.length <= curvePoints) return [...items];
  return Array.from({ length: curvePoints }, (_, i) => items[Math.round((i * (items.length - 1)) / (curvePoints - 1))]);
}

const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(5)));
