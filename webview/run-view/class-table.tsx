import type { EvaluationMeasures } from "../../src/runs/events.js";
import { DataTable, DataText } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { fixed, integer, share } from "../shared/numbers.js";

/** Precision, recall and F1 of each label, or of each type of span. */
export function ClassTable({ perClass, spans }: { readonly perClass: NonNullable<EvaluationMeasures["perClass"]>; readonly spans: boolean }) {
  return (
    <>
      <h2>{spans ? t("Per type of span") : t("Per label")}</h2>
      <DataTable
        caption={spans ? t("Precision, recall and F1 of each type of span") : t("Precision, recall and F1 of each label")}
        captionHidden
        columns={[
          { key: "label", title: spans ? t("Type") : t("Label"), cell: ({ label }) => <DataText text={label} />, sort: ({ label }) => label },
          { key: "precision", title: t("Precision"), number: true, cell: ({ precision }) => share(precision), sort: ({ precision }) => precision },
          { key: "recall", title: t("Recall"), number: true, cell: ({ recall }) => share(recall), sort: ({ recall }) => recall },
          { key: "f1", title: t("F1"), number: true, cell: ({ f1 }) => fixed(f1), sort: ({ f1 }) => f1 },
          { key: "support", title: spans ? t("Spans") : t("Rows"), number: true, cell: ({ support }) => integer(support), sort: ({ support }) => support },
        ]}
        rows={Object.entries(perClass).map(([label, figures]) => ({ label, ...figures }))}
        rowKey={({ label }) => label}
      />
    </>
  );
}
