import { useEffect, useState } from "preact/hooks";
import type { PredictionFilter, PredictionPage } from "../../src/protocol/webview/run-view.js";
import { Button, Busy, Checkbox, DataText, Icon, Select } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import { host, type ShownRun, wordsOf } from "./connection.js";
import { ExampleRow } from "./example-row.js";

const pageSize = 50;
const anyLabel = "*";

/** The held-out rows and what was answered to them; first those that went wrong. */
export function ExamplesTab({ run, filter, onFilter }: { readonly run: ShownRun; readonly filter: PredictionFilter; readonly onFilter: (filter: PredictionFilter) => void }) {
  const labels = run.model.test?.labels ?? [];
  const [offset, setOffset] = useState(0);
  const [page, setPage] = useState<PredictionPage | undefined>();
  const [problem, setProblem] = useState<string | undefined>();
  const key = JSON.stringify(filter);
  useEffect(() => setOffset(0), [key]);
  useEffect(() => {
    const controller = new AbortController();
    host.call("predictions", { filter, offset, limit: pageSize }, { signal: controller.signal }).then(
      (answer) => (setPage(answer), setProblem(undefined)),
      (error: unknown) => controller.signal.aborted || setProblem(wordsOf(error)),
    );
    return () => controller.abort();
  }, [key, offset, run.model.result]);

  if (problem !== undefined) return <p class="error" role="alert"><DataText text={problem} /></p>;
  if (!page) return <Busy label={t("Reading the examples")} />;
  if (!page.available) {
    return <p class="empty">{run.model.result?.status === "succeeded" ? t("The run kept no answers to single rows: it was made by an earlier version.") : t("The answers to single rows come with the result.")}</p>;
  }
  return (
    <>
      <div class="row filters">
        <Checkbox checked={filter.wrongOnly} onChange={(wrongOnly) => onFilter({ ...filter, wrongOnly })}>
          {t("Only what went wrong")}
        </Checkbox>
        {labels.length > 0 && (
          <>
            <LabelSelect label={t("True label")} labels={labels} value={filter.expected} onChange={(expected) => onFilter({ ...filter, expected })} />
            <LabelSelect label={t("Predicted label")} labels={labels} value={filter.predicted} onChange={(predicted) => onFilter({ ...filter, predicted })} />
          </>
        )}
      </div>
      <p class="quiet" role="status">
        {t("{0} of {1} {2} rows", integer(page.matching), integer(page.all), page.split === "test" ? t("test") : t("validation"))}
        {page.damaged > 0 && ` ${t("{0} lines of the file cannot be read.", integer(page.damaged))}`}
      </p>
      {page.rows.length === 0 ? (
        <p class="empty">
          <Icon name="pass" /> {filter.wrongOnly ? t("Nothing went wrong here.") : t("No row is like that.")}
        </p>
      ) : (
        <ol class="examples" data-rows={page.rows.length}>
          {page.rows.map((row) => (
            <ExampleRow key={row.index} row={row} />
          ))}
        </ol>
      )}
      {page.matching > pageSize && (
        <div class="row">
          <Button icon="chevron-left" disabled={offset === 0} onPress={() => setOffset(Math.max(0, offset - pageSize))}>
            {t("Previous")}
          </Button>
          <span class="number">{t("{0} to {1}", integer(offset + 1), integer(Math.min(page.matching, offset + pageSize)))}</span>
          <Button icon="chevron-right" disabled={offset + pageSize >= page.matching} onPress={() => setOffset(offset + pageSize)}>
            {t("Next")}
          </Button>
        </div>
      )}
    </>
  );
}

/** A label may be any text, "*" among them: values are numbers. */
function LabelSelect({ label, labels, value, onChange }: { readonly label: string; readonly labels: readonly string[]; readonly value: string | null; readonly onChange: (value: string | null) => void }) {
  const options = [{ value: anyLabel, text: t("any") }, ...labels.map((each, index) => ({ value: String(index), text: each }))];
  return <Select label={label} value={value === null ? anyLabel : String(labels.indexOf(value))} options={options} onChange={(next) => onChange(next === anyLabel ? null : labels[Number(next)])} />;
}
