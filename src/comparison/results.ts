import type { RunGroup } from "./groups.js";
import { directionOf, type MeasureKey, measureKeys, type Measures } from "./measures.js";
import { type Spread, spreadOf } from "./statistics.js";

export interface MeasuredRun {
  readonly path: string;
  readonly measures: Measures;
  /** Whether it ended as it should: only then it counts in its group's mean. */
  readonly finished: boolean;
}

export interface Delta {
  /** This value minus the baseline's. */
  readonly value: number;
  readonly direction: "better" | "worse" | "same";
}
export interface Cell {
  readonly value: number;
  readonly delta?: Delta;
  /** The best of its column (of several). */
  readonly best: boolean;
}
export interface GroupCell extends Cell {
  readonly spread: Spread;
}

export interface ResultRow<Run> {
  readonly run: Run;
  readonly cells: Partial<Record<MeasureKey, Cell>>;
}
export interface ResultGroup<Run> {
  readonly group: RunGroup<Run>;
  /** Of the finished runs. */
  readonly cells: Partial<Record<MeasureKey, GroupCell>>;
  readonly rows: readonly ResultRow<Run>[];
}

/** The measures that at least one run has. */
export function columnsOf(runs: readonly MeasuredRun[]): MeasureKey[] {
  return measureKeys.filter((key) => runs.some(({ measures }) => measures[key] !== undefined));
}

/**
 * The columns that a page has room for: what was measured on the test rows, beside it the validation figure of the measure
 * that decides, and the time. Until something was tested, all that was measured in validation.
 */
export function shownColumns(columns: readonly MeasureKey[]): MeasureKey[] {
  const main = mainMeasure(columns);
  if (!main?.startsWith("test.")) return [...columns];
  return columns.filter((key) => !key.startsWith("validation.") || key === main.replace("test.", "validation."));
}

/** What decides which run is better: the test measure of the task, or the validation one while no run is finished. */
export function mainMeasure(columns: readonly MeasureKey[]): MeasureKey | undefined {
  const preferred: readonly MeasureKey[] = ["test.accuracy", "test.spanF1", "test.rougeL", "validation.accuracy", "validation.spanF1", "validation.rougeL", "validation.loss"];
  return preferred.find((key) => columns.includes(key)) ?? columns[0];
}

/**
 * The table of results. A run is compared with the baseline, a group's mean with the mean of the baseline's group. The
 * best of a column is marked among the groups' means, and among the runs.
 */
export function buildResults<Run extends MeasuredRun>(groups: readonly RunGroup<Run>[], baseline: string | undefined): ResultGroup<Run>[] {
  const finished = (run: Run): boolean => run.finished;
  const runs = groups.flatMap((group) => group.runs);
  const baselineRun = runs.find(({ path }) => path === baseline);
  const baselineGroup = groups.find((group) => group.runs.some(({ path }) => path === baseline));
  const meanOfGroup = (group: RunGroup<Run>, key: MeasureKey): Spread | undefined => spreadOf(group.runs.filter(finished).flatMap(({ measures }) => measures[key] ?? []));
  const best = new Map(measureKeys.map((key) => [key, { group: bestOf(groups.map((group) => meanOfGroup(group, key)?.mean), key), run: bestOf(runs.filter(finished).map(({ measures }) => measures[key]), key) }]));
  const delta = (key: MeasureKey, value: number, reference: number | undefined): { delta?: Delta } => (reference === undefined ? {} : { delta: deltaOf(key, value - reference) });

  return groups.map((group) => ({
    group,
    cells: cells((key) => {
      const spread = meanOfGroup(group, key);
      const reference = baselineGroup && baselineGroup !== group ? meanOfGroup(baselineGroup, key)?.mean : undefined;
      return spread && { value: spread.mean, spread, best: spread.mean === best.get(key)!.group, ...delta(key, spread.mean, reference) };
    }),
    rows: group.runs.map((run) => ({
      run,
      cells: cells((key) => {
        const value = run.measures[key];
        if (value === undefined) return undefined;
        const reference = baselineRun && baselineRun !== run ? baselineRun.measures[key] : undefined;
        return { value, best: run.finished && value === best.get(key)!.run, ...delta(key, value, reference) };
      }),
    })),
  }));
}

function cells<C>(cell: (key: MeasureKey) => C | undefined): Partial<Record<MeasureKey, C>> {
  return Object.fromEntries(measureKeys.flatMap((key) => [[key, cell(key)] as const]).filter(([, content]) => content !== undefined)) as Partial<Record<MeasureKey, C>>;
}

function deltaOf(key: MeasureKey, value: number): Delta {
  return { value, direction: Math.abs(value) < 1e-12 ? "same" : value * directionOf(key) > 0 ? "better" : "worse" };
}

/** The best value, where it stands out: what more than half of them share is no distinction. */
function bestOf(values: readonly (number | undefined)[], key: MeasureKey): number | undefined {
  const known = values.filter((value) => value !== undefined);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const best = directionOf(key) > 0 ? high : low;
  return known.filter((value) => value === best).length * 2 > known.length ? undefined : best;
}

export interface Sorting {
  /** A measure, or the order in which the runs were chosen. */
  readonly by: MeasureKey | "chosen";
  readonly descending: boolean;
}

/** Groups by their means, runs inside a group by their own values; what has none comes last either way. Equal ones keep their order. */
export function sortResults<Run>(results: readonly ResultGroup<Run>[], { by, descending }: Sorting): ResultGroup<Run>[] {
  if (by === "chosen") return descending ? results.toReversed() : [...results];
  const order = (a: Cell | undefined, b: Cell | undefined): number => {
    if (!a || !b) return Number(!a) - Number(!b);
    return descending ? b.value - a.value : a.value - b.value;
  };
  return results.map((result) => ({ ...result, rows: result.rows.toSorted((a, b) => order(a.cells[by], b.cells[by])) })).sort((a, b) => order(a.cells[by] ?? a.rows[0]?.cells[by], b.cells[by] ?? b.rows[0]?.cells[by]));
}
