import type { ShownRun } from "./connection.js";
import type { PredictionFilter } from "../../src/protocol/webview/run-view.js";
import { DataText, DataTable } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { fixed, integer, share } from "../shared/numbers.js";
import { Confusion } from "./confusion.js";
import { Faithfulness } from "./faithfulness.js";
import { MeasureBars } from "./measure-bars.js";

/** What was learned, measured on rows that were not trained on, beside what costs nothing. */
export function ResultTab({ run, onExamples }: { readonly run: ShownRun; readonly onExamples: (filter: PredictionFilter) => void }) {
  const { model, status } = run;
  const { test, baselines, result } = model;
  if (!test) {
    return <p class="empty">{status.entry.active ? t("The result comes with the end of the training: the best prompt is then measured on the test rows, beside the baselines.") : t("The run has no result: it ended before the prompt was measured on the test rows.")}</p>;
  }
  return (
    <>
      <h2>{t("On {0} rows that were not trained on", integer(test.items))}</h2>
      <MeasureBars learned={test} baselines={baselines} />
      {result?.faithfulness && <Faithfulness learned={result.faithfulness.learned} nearestTokens={result.faithfulness.nearestTokens} />}
      {test.confusion && test.labels && (
        <>
          <h2>{t("Confusion matrix")}</h2>
          <p class="quiet">{t("Rows: the true label. Columns: the predicted one. A press shows the rows of a cell.")}</p>
          <Confusion matrix={test.confusion} labels={test.labels} onCell={(expected, predicted) => onExamples({ wrongOnly: false, expected, predicted })} />
        </>
      )}
      {test.perClass && test.labels && (
        <>
          <h2>{t("Per label")}</h2>
          <DataTable
            caption={t("Precision, recall and F1 of each label")}
            captionHidden
            columns={[
              { key: "label", title: t("Label"), cell: ({ label }) => <DataText text={label} />, sort: ({ label }) => label },
              { key: "precision", title: t("Precision"), number: true, cell: ({ precision }) => share(precision), sort: ({ precision }) => precision },
              { key: "recall", title: t("Recall"), number: true, cell: ({ recall }) => share(recall), sort: ({ recall }) => recall },
              { key: "f1", title: t("F1"), number: true, cell: ({ f1 }) => fixed(f1), sort: ({ f1 }) => f1 },
              { key: "support", title: t("Rows"), number: true, cell: ({ support }) => integer(support), sort: ({ support }) => support },
            ]}
            rows={Object.entries(test.perClass).map(([label, figures]) => ({ label, ...figures }))}
            rowKey={({ label }) => label}
          />
        </>
      )}
    </>
  );
}
