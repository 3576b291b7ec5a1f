import { groupRuns } from "../../comparison/groups.js";
import type { Configuration, ConfigurationComparison } from "../../comparison/configuration.js";
import { meanOf, spreadOf } from "../../comparison/statistics.js";
import type { ResultEvent } from "../../runs/events.js";
import { mainMeasure, type MeasureName } from "../../tasks/task-facts.js";
import { excerpt } from "./harmless.js";
import { measureTitles } from "./measures-report.js";
import { elapsed, figure, share } from "./numbers.js";
import type { Style } from "./style.js";
import { type Column, table } from "./table.js";

/** One run of a sweep as its table shows it. */
export interface SweepRow {
  /** The varied settings' names, as short as is clear, and their values. */
  readonly settings: readonly { readonly key: string; readonly value: unknown }[];
  readonly configuration: Configuration;
  /** Undefined where the run failed. */
  readonly result: ResultEvent | undefined;
  /** The run's folder as a person reads it; "–" where it failed before it had one. */
  readonly run: string;
}

/** The end of a sweep, for a person: a row a run, the best of them, and the spread over seeds. */
export function sweepReport(rows: readonly SweepRow[], comparison: ConfigurationComparison, seconds: number, style: Style): string[] {
  const measure = rows.map(({ result }) => result?.test).find((test) => test !== undefined && test !== null);
  const main = measure ? mainMeasure(measure) : "loss";
  const valueOf = ({ result }: SweepRow): number | null => result?.test?.[main] ?? null;
  const columns: Column[] = [...rows[0].settings.map(({ key }) => ({ title: lastOf(key), right: true })), { title: "state" }, { title: measureTitles[main], right: true }, { title: "loss", right: true }, { title: "run" }];
  const lines = table(
    main === "loss" ? columns.filter(({ title }, at) => title !== "loss" || at !== columns.length - 2) : columns,
    rows.map((row) => {
      const cells = [...row.settings.map(({ value }) => shown(value)), row.result?.status ?? "failed", figureOf(main, valueOf(row))];
      return [...cells, ...(main === "loss" ? [] : [figure(row.result?.test?.loss, 3)]), row.run];
    }),
  );
  const memory = Math.max(0, ...rows.map(({ result }) => result?.peakMemoryMB ?? 0));
  return ["", style.bold(`${rows.length} runs`), ...lines, "", ...spreads(rows, comparison, main, valueOf, style), ...baselines(rows, main), `  ${elapsed(seconds)} in all; peak memory ${memory.toLocaleString("en")} MB.`];
}

/** What nothing was trained for: the mean over the runs, whose rows can differ. */
function baselines(rows: readonly SweepRow[], main: MeasureName): string[] {
  const names = new Set(rows.flatMap(({ result }) => Object.keys(result?.baselines ?? {})));
  const told = Array.from(names, (name) => {
    const values = rows.map(({ result }) => result?.baselines[name]?.[main]).filter((value) => typeof value === "number");
    return `${excerpt(name, 48)} ${figureOf(main, values.length > 0 ? meanOf(values) : null)}`;
  });
  return told.length === 0 ? [] : [`  Baselines: ${told.join(", ")}.`];
}

/** Mean and standard deviation of every group of runs that differ in their seeds only; nothing where there is no such group. */
function spreads(rows: readonly SweepRow[], comparison: ConfigurationComparison, main: MeasureName, valueOf: (row: SweepRow) => number | null, style: Style): string[] {
  const groups = groupRuns(rows, comparison);
  if (groups.every(({ runs }) => runs.length < 2)) return [];
  const keys = groups[0].settings.map(({ key }) => key);
  const columns: Column[] = [...keys.map((key) => ({ title: lastOf(key), right: true })), { title: "seeds", right: true }, { title: `mean ${measureTitles[main]}`, right: true }, { title: "± sd", right: true }];
  const lines = table(
    columns,
    groups.map(({ settings, runs }) => {
      const spread = spreadOf(runs.map(valueOf).filter((value) => value !== null));
      return [...settings.map(({ value }) => shown(value)), String(spread?.count ?? 0), figureOf(main, spread?.mean ?? null), figureOf(main, spread?.deviation ?? null)];
    }),
  );
  return [style.bold("Over seeds"), ...lines, ""];
}

const figureOf = (measure: MeasureName, value: number | null): string => (measure === "loss" ? figure(value, 3) : share(value));
const lastOf = (key: string): string => key.slice(key.lastIndexOf(".") + 1);
const shown = (value: unknown): string => excerpt(typeof value === "string" ? value : JSON.stringify(value) ?? "–", 32);
