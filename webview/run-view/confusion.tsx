import { DataTable, DataText, TableFrame } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer, share } from "../shared/numbers.js";

/** A matrix of more labels does not fit a page: its largest confusions are listed instead. */
const mostLabels = 30;
const mostPairs = 50;

export interface ConfusionSetting {
  /** Rows: true label; columns: predicted label. */
  readonly matrix: readonly (readonly number[])[];
  readonly labels: readonly string[];
  readonly onCell: (expected: string, predicted: string) => void;
}

/** Which label was taken for which: counts, and the share of the true label's rows, as shading too. A press shows the rows. */
export function Confusion(setting: ConfusionSetting) {
  return setting.labels.length <= mostLabels ? <Matrix {...setting} /> : <Pairs {...setting} />;
}

function Matrix({ matrix, labels, onCell }: ConfusionSetting) {
  return (
    <TableFrame label={t("Confusion matrix")}>
      <table class="confusion">
        <caption class="screen-reader-only">{t("Confusion matrix")}</caption>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">
                <DataText text={label} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.map((row, at) => {
            const all = row.reduce((sum, count) => sum + count, 0);
            return (
              <tr key={labels[at]}>
                <th scope="row">
                  <DataText text={labels[at]} />
                </th>
                {row.map((count, column) => (
                  <td key={labels[column]} class={column === at ? "right" : "wrong"}>
                    <button type="button" disabled={count === 0} style={{ "--share": String(all === 0 ? 0 : count / all) }} onClick={() => onCell(labels[at], labels[column])}>
                      <span class="screen-reader-only">{t("{0} taken for {1}:", labels[at], labels[column])} </span>
                      <span class="count">{integer(count)}</span>
                      <span class="screen-reader-only"> </span>
                      <span class="part">{all === 0 ? "" : share(count / all, 0)}</span>
                    </button>
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableFrame>
  );
}

interface Pair {
  readonly expected: string;
  readonly predicted: string;
  readonly count: number;
  readonly part: number;
}

function Pairs({ matrix, labels, onCell }: ConfusionSetting) {
  const pairs = matrix.flatMap((row, at): Pair[] => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return row.flatMap((count, column) => (column === at || count === 0 ? [] : [{ expected: labels[at], predicted: labels[column], count, part: count / all }]));
  });
  pairs.sort((a, b) => b.count - a.count || b.part - a.part);
  return (
    <DataTable
      caption={t("{0} labels: the {1} most frequent confusions of {2}", integer(labels.length), integer(Math.min(mostPairs, pairs.length)), integer(pairs.length))}
      columns={[
        { key: "expected", title: t("True label"), cell: ({ expected }) => <DataText text={expected} />, sort: ({ expected }) => expected },
        { key: "predicted", title: t("Taken for"), cell: ({ predicted }) => <DataText text={predicted} />, sort: ({ predicted }) => predicted },
        { key: "count", title: t("Rows"), number: true, cell: ({ count }) => integer(count), sort: ({ count }) => count },
        { key: "part", title: t("Share of the label"), number: true, cell: ({ part }) => share(part), sort: ({ part }) => part },
        { key: "show", title: t("Examples"), cell: ({ expected, predicted }) => <button type="button" class="link" onClick={() => onCell(expected, predicted)}>{t("Show")}</button> },
      ]}
      rows={pairs.slice(0, mostPairs)}
      rowKey={({ expected, predicted }) => `${expected}\n${predicted}`}
    />
  );
}
