import { compareConfigurations, type ConfigurationComparison, type Configuration } from "../../src/comparison/configuration.js";
import { groupLetter, groupRuns, type RunGroup } from "../../src/comparison/groups.js";
import type { MeasureKey } from "../../src/comparison/measures.js";
import { buildResults, columnsOf, mainMeasure, type ResultGroup, shownColumns } from "../../src/comparison/results.js";
import type { ComparedRun, RunCurves } from "../../src/protocol/webview/compare-view.js";

/** What the host has told. */
export interface ComparisonData {
  /** undefined until the host has answered. */
  readonly paths: readonly string[] | undefined;
  /** Those that have been read. */
  readonly runs: readonly ComparedRun[];
  readonly curves: ReadonlyMap<string, RunCurves>;
  readonly baseline: string | null;
}

/** A run as this page shows it. */
export interface ShownRun extends ComparedRun {
  readonly configuration: Configuration;
  readonly finished: boolean;
  /** "A", or "A2" where its group has several runs. */
  readonly label: string;
  readonly group: number;
  /** Place in its group. */
  readonly place: number;
}

export interface Comparison {
  readonly runs: readonly ShownRun[];
  readonly groups: readonly RunGroup<ShownRun>[];
  readonly configurations: ConfigurationComparison;
  readonly environments: ConfigurationComparison;
  readonly results: readonly ResultGroup<ShownRun>[];
  /** Those of the table. */
  readonly columns: readonly MeasureKey[];
  readonly allColumns: readonly MeasureKey[];
  readonly main: MeasureKey | undefined;
  /** Where it is among the runs. */
  readonly baseline: ShownRun | undefined;
}

/** Everything the sections show, from what the host has told. */
export function compare({ runs, baseline }: Pick<ComparisonData, "runs" | "baseline">): Comparison {
  const read = runs.map((run) => ({ ...run, configuration: new Map(run.settings) as Configuration, finished: run.state === "succeeded" }));
  const configurations = compareConfigurations(read.map(({ configuration }) => configuration));
  const groups = groupRuns(read, configurations).map((group) => ({
    ...group,
    runs: group.runs.map((run, place): ShownRun => ({ ...run, place, group: group.index, label: groupLetter(group.index) + (group.runs.length > 1 ? String(place + 1) : "") })),
  }));
  const shown = groups.flatMap((group) => group.runs);
  const byPath = new Map(shown.map((run) => [run.path, run]));
  const columns = columnsOf(shown);
  return {
    runs: read.map(({ path }) => byPath.get(path)!),
    groups,
    configurations,
    environments: compareConfigurations(read.map(({ environment }) => new Map(environment))),
    results: buildResults(groups, baseline ?? undefined),
    columns: shownColumns(columns),
    allColumns: columns,
    main: mainMeasure(columns),
    baseline: baseline === null ? undefined : byPath.get(baseline),
  };
}
