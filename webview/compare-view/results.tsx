import { useState } from "preact/hooks";
import type { MeasureKey } from "../../src/comparison/measures.js";
import { type Cell, type GroupCell, type ResultGroup, sortResults, type Sorting } from "../../src/comparison/results.js";
import { directionOf } from "../../src/comparison/measures.js";
import { Icon, IconButton } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import type { ThemeColors } from "../shared/theme.js";
import type { Comparison, ShownRun } from "./comparison.js";
import { GroupMark } from "./swatch.js";
import { deltaText, directionText, measureName, measureText, seedsText, spreadText, stateText } from "./words.js";

export interface ResultsSetting {
  readonly comparison: Comparison;
  readonly theme: ThemeColors;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly onOpen: (run: ShownRun) => void;
  readonly onPin: (run: ShownRun | undefined) => void;
  readonly onRemove: (run: ShownRun) => void;
}

/** From here on groups are closed at first: a person wants the means. */
const manyRuns = 12;

export function Results(setting: ResultsSetting) {
  const { comparison, sorting, onSort } = setting;
  const { columns, results, runs, baseline, groups } = comparison;
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string): void => setToggled((old) => new Set(old.has(key) ? [...old].filter((each) => each !== key) : [...old, key]));
  // The first press shows the best first, the third gives the chosen order back.
  const press = (key: MeasureKey): void => {
    const bestFirst = directionOf(key) > 0;
    onSort(sorting.by !== key ? { by: key, descending: bestFirst } : sorting.descending === bestFirst ? { by: key, descending: !bestFirst } : { by: "chosen", descending: false });
  };
  const severalSeeds = groups.some((group) => group.runs.length > 1);
  return (
    <section aria-labelledby="results">
      <h2 id="results">{t("Results")}</h2>
      <p class="quiet">
        {severalSeeds && `${t("Mean ± sample standard deviation over the seeds of a configuration.")} `}
        {baseline ? t("Differences are to the baseline {0}; those of a mean, to the mean of its configuration.", baseline.label) : t("Pin a run to see how the others differ from it.")}
      </p>
      {columns.length === 0 && <p class="empty">{t("No run has been measured yet: the first evaluation brings the first figures.")}</p>}
      <div class="table-frame" tabIndex={0} role="group" aria-labelledby="results">
        <table class="results">
          <caption class="screen-reader-only">{t("Results of the runs, by configuration")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("Run")}</th>
              {columns.map((key) => (
                <th key={key} scope="col" class="number" aria-sort={sorting.by === key ? (sorting.descending ? "descending" : "ascending") : undefined}>
                  <button type="button" class="sort" title={directionText(key)} onClick={() => press(key)}>
                    {measureName(key)}
                    {sorting.by === key && <Icon name={sorting.descending ? "arrow-down" : "arrow-up"} />}
                  </button>
                </th>
              ))}
              <th scope="col"><span class="screen-reader-only">{t("Actions")}</span></th>
            </tr>
          </thead>
          {sortResults(results, sorting).map((result) => {
            const key = result.rows.map(({ run }) => run.path).sort().join("\n");
            const open = toggled.has(key) !== runs.length <= manyRuns;
            return <Group key={key} result={result} open={open} onToggle={() => toggle(key)} {...setting} />;
          })}
        </table>
      </div>
    </section>
  );
}

type Cells<C> = Partial<Record<MeasureKey, C>>;

interface GroupSetting extends ResultsSetting {
  readonly result: ResultGroup<ShownRun>;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function Group({ result: { group, cells, rows }, open, onToggle, ...setting }: GroupSetting) {
  const { comparison, theme } = setting;
  if (rows.length === 1) return <tbody><RunRow row={{ run: rows[0].run, cells: bestOfGroups(rows[0].cells, cells) }} alone {...setting} /></tbody>;
  const finished = rows.filter(({ run }) => run.finished).length;
  return (
    <tbody>
      <tr class="group">
        <th scope="rowgroup">
          <button type="button" class="toggle" aria-expanded={open} onClick={onToggle}>
            <Icon name={open ? "chevron-down" : "chevron-right"} />
            <GroupMark index={group.index} theme={theme} /> <span class="quiet">{seedsText(group.runs)}</span>
          </button>
          {comparison.baseline?.group === group.index && !open && <span class="tag"><Icon name="pinned" />{t("baseline {0}", comparison.baseline.label)}</span>}
          {finished < rows.length && <div class="quiet state">{t("{0} of {1} runs finished", finished, rows.length)}</div>}
        </th>
        {comparison.columns.map((key) => <MeasureCell key={key} measure={key} cell={cells[key]} group />)}
        <td />
      </tr>
      {open && rows.map((row) => <RunRow key={row.run.path} row={row} {...setting} />)}
    </tbody>
  );
}

function RunRow({ row: { run, cells }, alone = false, comparison, theme, onOpen, onPin, onRemove }: ResultsSetting & { readonly row: ResultGroup<ShownRun>["rows"][number]; readonly alone?: boolean }) {
  const pinned = comparison.baseline === run;
  const state = stateText(run);
  return (
    <tr class={`run${alone ? " alone" : ""}${pinned ? " pinned" : ""}`}>
      <th scope="row">
        <div class="run-name">
          {alone ? <GroupMark index={run.group} theme={theme} label={run.label} /> : <span>{run.label}</span>}
          <button type="button" class="link" title={run.name} onClick={() => onOpen(run)}>{run.id}</button>
          <span class="quiet">{seedsText([run])}</span>
          {pinned && <span class="tag"><Icon name="pinned" />{t("baseline")}</span>}
        </div>
        {state !== undefined && <div class={`state ${run.state === "failed" ? "failed" : "quiet"}`}>{run.state === "failed" && <Icon name="error" />} {state}</div>}
        {run.damage.map((sentence) => <div key={sentence} class="state quiet"><Icon name="warning" /> {sentence}</div>)}
      </th>
      {comparison.columns.map((key) => <MeasureCell key={key} measure={key} cell={cells[key]} group={alone && run.finished} />)}
      <td class="actions">
        <IconButton icon={pinned ? "pinned" : "pin"} label={pinned ? t("Unpin the baseline {0}", run.label) : t("Pin {0} as the baseline", run.label)} onPress={() => onPin(pinned ? undefined : run)} />
        <IconButton icon="close" label={t("Remove {0} from the comparison", run.label)} onPress={() => onRemove(run)} />
      </td>
    </tr>
  );
}

/** A configuration with one run is shown by that run; what is best is decided among configurations. */
function bestOfGroups(own: Cells<Cell>, group: Cells<GroupCell>): Cells<Cell> {
  return Object.fromEntries(Object.entries(own).map(([key, cell]) => [key, { ...cell, best: group[key as MeasureKey]?.best ?? false }]));
}

function MeasureCell({ measure, cell, group = false }: { readonly measure: MeasureKey; readonly cell: Cell | GroupCell | undefined; readonly group?: boolean }) {
  if (!cell) return <td class="number quiet">–</td>;
  return (
    <td class={`number${cell.best && group ? " best" : ""}`}>
      {cell.best && group && <span class="best-mark"><Icon name="star-full" /><span class="screen-reader-only">{t("best")}</span></span>}
      {"spread" in cell ? spreadText(measure, cell.spread) : measureText(measure, cell.value)}
      {cell.delta && <div class={`delta ${cell.delta.direction}`}>{deltaText(measure, cell.delta)}</div>}
    </td>
  );
}
