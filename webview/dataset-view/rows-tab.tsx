import { useEffect, useState } from "preact/hooks";
import { everyRow, type ShownCell } from "../../src/protocol/backend/datasets.js";
import { Button, DataText, Select, TextField } from "../shared/controls.js";
import { Grid, type GridColumn } from "../shared/grid/grid.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import { ProblemNotice, WorkState } from "../shared/work-state.js";
import type { TabSetting } from "./tab-setting.js";
import { RowDetail } from "./row-detail.js";
import { labelsOf } from "./store.js";
import { roleWord, splitWord } from "./words.js";

/** Time after the last key before the rows are searched. */
const searchMilliseconds = 350;
const anything = "*";

/** Every row of the data set, in a table that scrolls through millions of them, with search and filter. */
export function RowsTab({ state, store }: TabSetting) {
  const dataset = state.opening.value!.dataset!;
  const shown = state.rows;
  const total = shown?.window.total ?? 0;
  const columns: GridColumn[] = [
    { key: "number", title: t("Row"), width: `${Math.max(60, 24 + 10 * integer(dataset.rows).length)}px`, number: true },
    { key: "split", title: t("Split"), width: "96px" },
    ...(shown?.columns ?? []).map((place): GridColumn => {
      const { name, role } = dataset.columns[place];
      const wide = role === "text" || role === "pair" || role === "input" || role === "context" || role === "output";
      return { key: place, title: <><DataText text={name} />{role && role !== name && <span class="quiet"> {roleWord(role)}</span>}</>, width: wide ? "minmax(260px, 3fr)" : "minmax(120px, 1fr)" };
    }),
  ];
  const cell = (row: number, column: number) => {
    const found = shown?.window.at(row);
    if (!found) return undefined;
    if (column === 0) return integer(found.row + 1);
    if (column === 1) return splitWord(found.split);
    return <CellText cell={found.cells[column - 2]} />;
  };
  const hidden = dataset.columns.length - (shown?.columns.length ?? dataset.columns.length);
  return (
    <>
      <Filters state={state} store={store} />
      <WorkState loading={state.find} label={t("Looking through the rows")} onCancel={() => store.cancel("find")} onRetry={() => void store.find()} />
      {state.rowsProblem && <ProblemNotice problem={state.rowsProblem}><Button onPress={() => void store.find()}>{t("Try Again")}</Button></ProblemNotice>}
      <p class="quiet found" role="status" data-matching={shown ? total : undefined}>
        {shown && (total === dataset.rows ? t("{0} rows", integer(total)) : t("{0} of {1} rows", integer(total), integer(dataset.rows)))}
        {hidden > 0 && ` · ${t("{0} more columns are shown with the chosen row", integer(hidden))}`}
      </p>
      {shown && total === 0 && <p class="empty">{dataset.rows === 0 ? t("The data set has no rows.") : t("No row is like that.")}</p>}
      {shown && total > 0 && (
        <div class="rows-area">
          <Grid
            label={t("Rows of {0}", dataset.name)}
            columns={columns}
            rows={total}
            source={shown.window}
            cell={cell}
            active={state.active}
            onActive={(place) => store.setActive(place)}
            onOpen={() => document.getElementById("row-detail")?.focus()}
            onSight={(first, count) => shown.window.want(first, count)}
          />
          <RowDetail state={state} store={store} />
        </div>
      )}
    </>
  );
}

function CellText({ cell }: { readonly cell: ShownCell | undefined }) {
  if (cell === undefined || cell === null) return <span class="missing">{t("no value")}</span>;
  if (cell.text === "") return <span class="missing">{t("empty")}</span>;
  return <><DataText text={cell.text} />{cell.cut && "…"}</>;
}

function Filters({ state, store }: TabSetting) {
  const dataset = state.opening.value!.dataset!;
  const { filter } = state.memory;
  const [search, setSearch] = useState(filter.search);
  useEffect(() => setSearch(filter.search), [filter.search]);
  useEffect(() => {
    if (search === filter.search) return;
    const timer = setTimeout(() => store.setFilter({ search }), searchMilliseconds);
    return () => clearTimeout(timer);
  }, [search]);
  const labels = labelsOf(dataset);
  const labelOptions = [{ value: anything, text: t("any") }, ...labels.map((label, at) => ({ value: String(at), text: label }))];
  const splitOptions = [{ value: anything, text: t("any") }, ...dataset.splits.map(({ split }) => ({ value: split as string, text: splitWord(split) }))];
  const filtered = filter.search !== "" || filter.label !== null || filter.split !== null;
  return (
    <div class="row filters" role="search">
      <TextField label={t("Search")} value={search} onInput={setSearch} placeholder={t("text in any cell")} />
      {labels.length > 0 && <Select label={t("Label")} value={filter.label === null ? anything : String(labels.indexOf(filter.label))} options={labelOptions} onChange={(value) => store.setFilter({ label: value === anything ? null : labels[Number(value)] })} />}
      {dataset.splits.length > 1 && <Select label={t("Split")} value={filter.split ?? anything} options={splitOptions} onChange={(value) => store.setFilter({ split: dataset.splits.find(({ split }) => split === value)?.split ?? null })} />}
      {filtered && <Button icon="close" onPress={() => store.setFilter(everyRow)}>{t("Show All")}</Button>}
    </div>
  );
}
