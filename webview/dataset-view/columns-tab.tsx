import type { ColumnProfile } from "../../src/data/quality/column-profile.js";
import { Button, DataTable, DataText, Disclosure, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { fixed, integer, share } from "../shared/numbers.js";
import { WorkState } from "../shared/work-state.js";
import { Bars } from "./bars.js";
import { RowLink } from "./row-link.js";
import type { TabSetting } from "./tab-setting.js";
import { roleWord, splitWord, typeWord } from "./words.js";

/** Labels that are drawn; the table of a thousand of them is no picture of a balance. */
const mostBars = 40;
/** From so many rows of the most frequent label for one of the rarest on, a classifier tends to forget the rarest. */
const muchImbalance = 4;

/** What the columns are for and hold, and how the labels are balanced. */
export function ColumnsTab({ state, store }: TabSetting) {
  const dataset = state.opening.value!.dataset!;
  const profiles = state.profile.value;
  const roles = new Map(dataset.columns.map(({ name, role }) => [name, role]));
  const label = profiles?.find(({ column }) => roles.get(column) === "label");
  return (
    <>
      <WorkState loading={state.profile} label={t("Looking through the columns")} onCancel={() => store.cancel("profile")} onRetry={() => void store.loadProfile()} />
      {!profiles && state.profile.status === "idle" && <Button onPress={() => void store.loadProfile()}>{t("Look Through the Columns")}</Button>}
      {profiles && (
        <DataTable<ColumnProfile>
          caption={t("Columns")}
          rows={profiles}
          rowKey={({ column }) => column}
          columns={[
            { key: "column", title: t("Column"), cell: ({ column }) => <DataText text={column} />, sort: ({ column }) => column },
            { key: "role", title: t("Used as"), cell: ({ column }) => (roles.get(column) ? roleWord(roles.get(column)!) : <span class="quiet">{t("not used")}</span>) },
            { key: "type", title: t("Type"), cell: ({ type }) => typeWord(type), sort: ({ type }) => type },
            { key: "missing", title: t("Missing"), number: true, cell: ({ missing, rows }) => (missing === 0 ? "0" : t("{0} ({1})", integer(missing), share(missing / rows))), sort: ({ missing }) => missing },
            { key: "distinct", title: t("Different values"), number: true, cell: ({ distinct }) => (distinct.exact ? integer(distinct.count) : t("about {0}", integer(distinct.count))), sort: ({ distinct }) => distinct.count },
            { key: "mean", title: t("Characters (mean)"), number: true, cell: ({ meanCharacters }) => fixed(meanCharacters, 1), sort: ({ meanCharacters }) => meanCharacters },
            { key: "longest", title: t("Longest"), number: true, cell: ({ longest }) => longest && <RowLink row={longest.row} text={integer(longest.characters)} onShow={(row) => store.showRow(row)} />, sort: ({ longest }) => longest?.characters },
            { key: "examples", title: t("Examples"), cell: ({ examples }) => <span class="examples"><DataText text={examples.slice(0, 2).map((text) => (text.length > 40 ? `${text.slice(0, 39)}…` : text)).join(" · ")} /></span> },
          ]}
        />
      )}
      {profiles && dataset.columns.length > profiles.length && <p class="quiet">{t("The first {0} of {1} columns.", profiles.length, integer(dataset.columns.length))}</p>}
      {profiles?.some(({ missingWords }) => missingWords > 0) && (
        <p>
          <Icon name="info" /> {t("Some cells hold a word that may stand for a missing value, such as NA or null: {0}.", profiles.filter(({ missingWords }) => missingWords > 0).map(({ column, missingWords }) => `${column} (${integer(missingWords)})`).join(", "))}
        </p>
      )}
      {label?.balance && (
        <section class="balance" aria-label={t("Label balance")}>
          <h2>{t("Label balance")}</h2>
          <p>
            {t("{0} labels; evenness {1} (1 is balanced); {2} rows of the most frequent for one of the rarest.", integer(label.balance.labels.length), fixed(label.balance.evenness, 2), fixed(label.balance.imbalanceRatio, 1))}
            {label.balance.imbalanceRatio >= muchImbalance && <> <Icon name="warning" /> {t("Accuracy alone flatters such data: compare with the most frequent label, and look at macro F1.")}</>}
          </p>
          <Bars caption={t("Rows of each label")} head={t("Label")} total={label.rows - label.missing} rows={label.balance.labels.slice(0, mostBars).map((each) => ({ key: each.label, title: <DataText text={each.label} />, count: each.count }))} />
          {label.balance.labels.length > mostBars && <p class="quiet">{t("and {0} more labels", integer(label.balance.labels.length - mostBars))}</p>}
          {dataset.splits.length > 1 && dataset.splits.map(({ split, rows, labels }) => labels && labels.length <= mostBars && (
            <Disclosure key={split} title={splitWord(split)} note={t("{0} rows", integer(rows))}>
              {() => <Bars caption={t("Rows of each label in {0}", splitWord(split))} head={t("Label")} total={rows} rows={labels.map((each) => ({ key: each.label, title: <DataText text={each.label} />, count: each.rows }))} />}
            </Disclosure>
          ))}
        </section>
      )}
    </>
  );
}
