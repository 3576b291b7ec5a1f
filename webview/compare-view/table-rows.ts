import { seedKey } from "../../src/comparison/configuration.js";
import { groupLetter } from "../../src/comparison/groups.js";
import type { MeasureKey } from "../../src/comparison/measures.js";
import type { ResultGroup } from "../../src/comparison/results.js";
import { toCsv, toMarkdown } from "../../src/comparison/table-text.js";
import { t } from "../shared/localization.js";
import type { Comparison, ShownRun } from "./comparison.js";
import { deltaText, measureName, measureText, seedsText, settingText, spreadText } from "./words.js";

type Results = readonly ResultGroup<ShownRun>[];

/** Every run in a row of its own, in full precision, for a spreadsheet: its settings that differ and its measures. */
export function resultsCsv({ configurations, allColumns: columns }: Comparison, results: Results): string {
  const keys = configurations.differing.map(({ key }) => key).filter((key) => key !== seedKey);
  const head = ["configuration", "run", "seed", "state", ...keys, ...columns, ...columns.map((key) => `${key} minus baseline`)];
  const number = (value: number | undefined): string => (value === undefined ? "" : String(value));
  const rows = results.flatMap(({ rows: own }) =>
    own.map(({ run, cells }) => [
      groupLetter(run.group),
      run.name,
      run.seed === null ? "" : String(run.seed),
      run.state,
      ...keys.map((key) => csvSetting(run.configuration.get(key))),
      ...columns.map((key) => number(cells[key]?.value)),
      ...columns.map((key) => number(cells[key]?.delta?.value)),
    ]),
  );
  return toCsv([head, ...rows]);
}

const csvSetting = (value: string | number | boolean | null | undefined): string => (value === undefined ? "" : String(value));

/** A configuration in a row, as the page shows it, for a document: what differs, mean ± deviation, difference to the baseline. */
export function resultsMarkdown({ configurations, columns, baseline }: Comparison, results: Results): string {
  const keys = configurations.differing.map(({ key }) => key).filter((key) => key !== seedKey);
  const head = [t("Configuration"), t("Seeds"), ...keys, ...columns.map(measureName)];
  const cell = (result: ResultGroup<ShownRun>, key: MeasureKey): string => {
    // A configuration without a finished run shows what its only run has so far.
    const own = result.cells[key] ?? (result.rows.length === 1 ? result.rows[0].cells[key] : undefined);
    if (!own) return "";
    const text = "spread" in own ? spreadText(key, own.spread as never) : measureText(key, own.value);
    return own.delta ? `${text} (${deltaText(key, own.delta)})` : text;
  };
  const rows = results.map((result) => {
    const { group } = result;
    const pinned = baseline?.group === group.index ? ` (${t("baseline")})` : "";
    return [groupLetter(group.index) + pinned, seedsText(group.runs), ...group.settings.map(({ value }) => settingText(value)), ...columns.map((key) => cell(result, key))];
  });
  return toMarkdown([head, ...rows], head.map((_, at) => at >= 2 + keys.length));
}
