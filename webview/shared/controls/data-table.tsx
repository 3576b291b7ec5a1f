import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "./icon.js";
import { TableFrame } from "./table-frame.js";

export interface TableColumn<Row> {
  readonly key: string;
  readonly title: ComponentChildren;
  /** Figures stand at the column's end, their digits below each other. */
  readonly number?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
  /** With it, a press on the title sorts by it. */
  readonly sort?: (row: Row) => number | string | null | undefined;
}

export interface DataTableSetting<Row> {
  /** What the table holds; shown above it unless `captionHidden`. */
  readonly caption: string;
  readonly captionHidden?: boolean;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row, index: number) => string | number;
  readonly rowClass?: (row: Row) => string | undefined;
  /** The first column names the row, for screen readers. */
  readonly rowHeader?: boolean;
}

export function DataTable<Row>({ caption, captionHidden = false, columns, rows, rowKey, rowClass, rowHeader = true }: DataTableSetting<Row>) {
  const [sorting, setSorting] = useState<{ readonly key: string; readonly down: boolean } | undefined>();
  const by = sorting && columns.find(({ key }) => key === sorting.key)?.sort;
  const shown = by ? [...rows].sort((a, b) => compare(by(a), by(b), sorting.down)) : rows;
  // The first press sorts figures from the largest, words from the first; the third gives the rows' own order back.
  const press = ({ key, number = false }: TableColumn<Row>): void => setSorting(sorting?.key !== key ? { key, down: number } : sorting.down === number ? { key, down: !number } : undefined);
  return (
    <TableFrame label={caption}>
      <table>
        <caption class={captionHidden ? "screen-reader-only" : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" class={column.number ? "number" : undefined} aria-sort={sorting?.key === column.key ? (sorting.down ? "descending" : "ascending") : undefined}>
                {column.sort ? (
                  <button type="button" class="sort" onClick={() => press(column)}>
                    {column.title}
                    {sorting?.key === column.key && <Icon name={sorting.down ? "arrow-down" : "arrow-up"} />}
                  </button>
                ) : (
                  column.title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, index) => (
            <tr key={rowKey(row, index)} class={rowClass?.(row)}>
              {columns.map((column, at) =>
                rowHeader && at === 0 ? (
                  <th key={column.key} scope="row" class={column.number ? "number" : undefined}>{column.cell(row)}</th>
                ) : (
                  <td key={column.key} class={column.number ? "number" : undefined}>{column.cell(row)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

/** Rows without a value come last, whichever way. */
function compare(a: number | string | null | undefined, b: number | string | null | undefined, down: boolean): number {
  const missing = (value: typeof a): boolean => value === null || value === undefined || (typeof value === "number" && Number.isNaN(value));
  if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return down ? -order : order;
}
