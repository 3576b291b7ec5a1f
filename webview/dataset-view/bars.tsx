import type { ComponentChildren } from "preact";
import { DataTable } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer, share } from "../shared/numbers.js";

export interface BarRow {
  readonly key: string;
  readonly title: ComponentChildren;
  readonly count: number;
}

/** Counts as a table whose shares are drawn as bars too. */
export function Bars({ caption, head, rows, total }: { readonly caption: string; readonly head: string; readonly rows: readonly BarRow[]; readonly total: number }) {
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <DataTable
      caption={caption}
      rows={rows}
      rowKey={({ key }) => key}
      columns={[
        { key: "title", title: head, cell: ({ title }) => title },
        { key: "bar", title: <span class="screen-reader-only">{t("Bar")}</span>, cell: ({ count }) => <span class="bar-track" aria-hidden="true"><span class="bar-fill" style={{ inlineSize: `${(count / most) * 100}%` }} /></span> },
        { key: "count", title: t("Rows"), number: true, cell: ({ count }) => integer(count), sort: ({ count }) => count },
        { key: "share", title: t("Share"), number: true, cell: ({ count }) => share(total === 0 ? null : count / total) },
      ]}
    />
  );
}
