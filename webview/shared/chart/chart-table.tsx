import { useMemo } from "preact/hooks";
import { Button, DataTable, Disclosure } from "../controls.js";
import { t } from "../localization.js";
import { integer } from "../numbers.js";
import { chosenRows, type TableCurve, type TableRow, toCsv } from "./rows.js";

/** Rows that a table holds at most; the copied text holds all. */
const mostRows = 200;

export interface ChartTableSetting {
  readonly label: string;
  readonly xLabel: string;
  readonly curves: readonly TableCurve[];
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
  readonly onCopy?: (text: string) => void;
}

/** A chart's values as a table: for screen readers, and for whoever wants the figures. */
export function ChartTable(setting: ChartTableSetting) {
  return <Disclosure title={t("Data table")}>{() => <Rows {...setting} />}</Disclosure>;
}

function Rows({ label, xLabel, curves, formatX, formatY, onCopy }: ChartTableSetting) {
  const rows = useMemo(() => chosenRows(curves, mostRows), [curves]);
  const points = Math.max(0, ...curves.map(({ x }) => x.length));
  const caption = points > rows.length ? t("{0}: {1} of {2} points, evenly chosen", label, integer(rows.length), integer(points)) : label;
  return (
    <div class="stack chart-table">
      {onCopy && (
        <div class="row">
          <Button icon="copy" onPress={() => onCopy(toCsv(xLabel, curves))}>
            {t("Copy all as CSV")}
          </Button>
        </div>
      )}
      <DataTable
        caption={caption}
        columns={[
          { key: "x", title: xLabel, number: true, cell: (row: TableRow) => formatX(row.x) },
          ...curves.map(({ name }, index) => ({ key: `curve ${index}`, title: name, number: true, cell: (row: TableRow) => formatY(row.values[index]) })),
        ]}
        rows={rows}
        rowKey={({ x }) => x}
      />
    </div>
  );
}
