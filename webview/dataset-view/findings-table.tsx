import { DataTable, DataText, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import { RowLink } from "./row-link.js";

interface Finding {
  readonly rows: number;
  readonly occurrences: number;
  readonly examples: readonly { readonly row: number; readonly shown: string }[];
}

export interface FindingsSetting<Kind extends string> {
  readonly findings: { readonly affectedRows: number; readonly found: Readonly<Record<Kind, Finding>> };
  readonly word: (kind: Kind) => string;
  readonly none: string;
  readonly onShow: (row: number) => void;
}

/** What was found in the texts, by kind, with the first rows that have it. */
export function FindingsTable<Kind extends string>({ findings, word, none, onShow }: FindingsSetting<Kind>) {
  const kinds = (Object.entries(findings.found) as [Kind, Finding][]).filter(([, { rows }]) => rows > 0);
  if (kinds.length === 0) return <p><Icon name="pass" /> {none}</p>;
  return (
    <DataTable
      caption={t("{0} rows are affected.", integer(findings.affectedRows))}
      rows={kinds}
      rowKey={([kind]) => kind}
      columns={[
        { key: "kind", title: t("What"), cell: ([kind]) => word(kind) },
        { key: "rows", title: t("Rows"), number: true, cell: ([, { rows }]) => integer(rows) },
        { key: "occurrences", title: t("Times"), number: true, cell: ([, { occurrences }]) => integer(occurrences) },
        {
          key: "examples",
          title: t("Examples"),
          cell: ([, { examples }]) => (
            <ul class="members">
              {examples.map(({ row, shown }) => (
                <li key={row}>
                  <RowLink row={row} text={t("row {0}", integer(row + 1))} onShow={onShow} /> <DataText text={shown} />
                </li>
              ))}
            </ul>
          ),
        },
      ]}
    />
  );
}
