import { DataText, Progress } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import { ProblemNotice } from "../shared/work-state.js";
import type { TabSetting } from "./tab-setting.js";
import { roleWord, splitWord } from "./words.js";

/** Cells of a row that are shown in full: a row of ten thousand columns is read in the file. */
const mostCells = 200;

/** The chosen row with all its cells, whole. */
export function RowDetail({ state }: TabSetting) {
  const { row, opening } = state;
  const { columns } = opening.value!.dataset!;
  const shown = row.value;
  return (
    <section id="row-detail" class="row-detail card" tabIndex={-1} aria-label={t("The chosen row")} aria-busy={row.status === "loading"}>
      {row.status === "failed" && row.problem && <ProblemNotice problem={row.problem} />}
      {!shown && row.status === "loading" && <Progress label={t("Reading the row")} />}
      {shown && (
        <>
          <h2 data-row={shown.row}>{t("Row {0}", integer(shown.row + 1))}</h2>
          <p class="quiet">
            {splitWord(shown.split)} · <DataText text={shown.file} />, {t("line {0}", integer(shown.line))}
          </p>
          <dl>
            {shown.cells.slice(0, mostCells).map((cell, at) => (
              <div key={at}>
                <dt>
                  <DataText text={columns[at]?.name ?? ""} />
                  {columns[at]?.role && <span class="quiet"> {roleWord(columns[at].role)}</span>}
                </dt>
                <dd>
                  {cell === null ? <span class="missing">{t("no value")}</span> : cell.text === "" ? <span class="missing">{t("empty")}</span> : <DataText text={cell.text} lines />}
                  {cell?.cut && <span class="quiet"> {t("(cut)")}</span>}
                </dd>
              </div>
            ))}
          </dl>
          {shown.cells.length > mostCells && <p class="quiet">{t("{0} more columns", integer(shown.cells.length - mostCells))}</p>}
        </>
      )}
    </section>
  );
}
