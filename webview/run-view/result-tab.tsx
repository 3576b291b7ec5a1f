import type { ShownRun } from "./connection.js";
import type { PredictionFilter } from "../../src/protocol/webview/run-view.js";
import { mainMeasure } from "../../src/tasks/task-facts.js";
import { t } from "../shared/localization.js";
import { integer, share } from "../shared/numbers.js";
import { ClassTable } from "./class-table.js";
import { Confusion } from "./confusion.js";
import { Faithfulness } from "./faithfulness.js";
import { MeasureBars } from "./measure-bars.js";
import { Reading } from "./reading.js";
import { measureWord } from "./words.js";

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
      {test.context && (
        <p class="context-groups">
          {t("{0} of the {1} rows with context: {2}; of the {3} rows without: {4}.", measureWord(mainMeasure(test)), integer(test.context.with.items), share(test.context.with.value), integer(test.context.without.items), share(test.context.without.value))}
        </p>
      )}
      {result?.faithfulness && <Faithfulness learned={result.faithfulness.learned} nearestTokens={result.faithfulness.nearestTokens} />}
      {test.confusion && test.labels && (
        <>
          <h2>{t("Confusion matrix")}</h2>
          <p class="quiet">{t("Rows: the true label. Columns: the predicted one. A press shows the rows of a cell.")}</p>
          <Confusion matrix={test.confusion} labels={test.labels} onCell={(expected, predicted) => onExamples({ wrongOnly: false, expected, predicted })} />
        </>
      )}
      {test.perClass && <ClassTable perClass={test.perClass} spans={test.reading !== undefined} />}
      {test.reading && <Reading reading={test.reading} items={test.items} />}
    </>
  );
}
