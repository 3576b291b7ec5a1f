import { DataTable, Disclosure, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import type { Evaluation } from "./run-model.js";
import { measuresOf, measureText, measureWord } from "./words.js";

/** More rows would only slow the page; the curve shows them all. */
const mostRows = 500;

/** Every evaluation, the newest first. */
export function EvaluationsTable({ evaluations, best }: { readonly evaluations: readonly Evaluation[]; readonly best: Evaluation | undefined }) {
  if (evaluations.length === 0) return null;
  const measures = measuresOf(evaluations.map((each) => each.measures));
  return (
    <Disclosure title={t("Evaluations")} note={integer(evaluations.length)} open={evaluations.length <= 12}>
      {() => (
        <DataTable
          caption={evaluations.length > mostRows ? t("The last {0} evaluations", mostRows) : t("Evaluations")}
          captionHidden={evaluations.length <= mostRows}
          columns={[
            { key: "step", title: t("Step"), number: true, cell: ({ step }) => integer(step), sort: ({ step }) => step },
            { key: "split", title: t({ message: "Rows", comment: "the rows themselves, not how many" }), cell: ({ split }) => (split === "test" ? t("Test") : t("Validation")) },
            ...measures.map((name) => ({ key: name, title: measureWord(name), number: true, cell: (each: Evaluation) => measureText(name, each.measures[name]), sort: (each: Evaluation) => each.measures[name] })),
            {
              key: "best",
              title: t("Best"),
              cell: (each) =>
                each === best ? (
                  <>
                    <Icon name="star-full" /> {t("best")}
                  </>
                ) : (
                  ""
                ),
            },
          ]}
          rows={evaluations.slice(-mostRows).toReversed()}
          rowKey={({ step, split }) => `${split} ${step}`}
        />
      )}
    </Disclosure>
  );
}
