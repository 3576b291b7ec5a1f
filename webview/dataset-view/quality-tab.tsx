import type { DuplicateGroup } from "../../src/data/quality/duplicates-schema.js";
import { likenesses } from "../../src/data/quality/duplicates-schema.js";
import type { DatasetQuality } from "../../src/protocol/backend/datasets.js";
import { Button, DataTable, DataText, Disclosure, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { fixed, integer } from "../shared/numbers.js";
import { WorkState } from "../shared/work-state.js";
import { RowLink } from "./row-link.js";
import { FindingsTable } from "./findings-table.js";
import type { TabSetting } from "./tab-setting.js";
import { likenessWord, partWord, personalWord, suspicionWord } from "./words.js";

const mostGroups = 50;

/** What makes figures flatter or training wrong: repeats, leaks between splits, contradicting labels, odd characters, personal data. */
export function QualityTab({ state, store }: TabSetting) {
  const quality = state.quality.value;
  return (
    <>
      <WorkState loading={state.quality} label={t("Comparing the rows")} onCancel={() => store.cancel("quality")} onRetry={() => void store.loadQuality()} />
      {!quality && state.quality.status === "idle" && <Button onPress={() => void store.loadQuality()}>{t("Find Duplicates and Leaks")}</Button>}
      {quality && <Findings quality={quality} onShow={(row) => store.showRow(row)} />}
    </>
  );
}

function Findings({ quality: { duplicates, rows, suspicious, personal }, onShow }: { readonly quality: DatasetQuality; readonly onShow: (row: number) => void }) {
  const { leaks, repeats, groups, conflicts, listed } = duplicates;
  return (
    <div data-repeats={repeats.near} data-leaks={leaks.length}>
      <h2>{t("Between the splits")}</h2>
      {leaks.length === 0 ? (
        <p><Icon name="pass" /> {t("No row stands in two splits.")}</p>
      ) : (
        <>
          <p><Icon name="warning" /> {t("Rows of a held-out split that also stand in the training data make figures flatter than they are.")}</p>
          <DataTable
            caption={t("Rows that stand in two splits")}
            captionHidden
            rows={leaks}
            rowKey={({ part, of }) => `${part} ${of}`}
            rowHeader={false}
            columns={[
              { key: "pair", title: t("Splits"), cell: ({ part, of }) => t("{0}, also in {1}", partWord(part), partWord(of)) },
              ...likenesses.map((likeness) => ({ key: likeness, title: likenessWord(likeness), number: true, cell: ({ rows: counts }: (typeof leaks)[number]) => integer(counts[likeness]) })),
            ]}
          />
        </>
      )}
      <h2>{t("Repeated rows")}</h2>
      <DataTable
        caption={t("Repeated rows")}
        captionHidden
        rows={likenesses}
        rowKey={(likeness) => likeness}
        columns={[
          { key: "likeness", title: t("How alike"), cell: (likeness) => likenessWord(likeness) },
          { key: "repeats", title: t("Rows that repeat an earlier one"), number: true, cell: (likeness) => integer(repeats[likeness]) },
          { key: "groups", title: t("Groups"), number: true, cell: (likeness) => integer(groups[likeness]) },
          { key: "conflicts", title: t("Groups with different labels"), number: true, cell: (likeness) => integer(conflicts[likeness]) },
        ]}
      />
      {duplicates.empty > 0 && <p>{t("{0} rows have no text.", integer(duplicates.empty))}</p>}
      {listed.length > 0 && <h2>{t("Groups worth a look")}</h2>}
      {listed.slice(0, mostGroups).map((group, at) => (
        <Group key={at} group={group} rows={rows[at] ?? []} onShow={onShow} />
      ))}
      {duplicates.search.textsNotSearched + duplicates.search.textsNotKept + duplicates.search.textsCutShort > 0 && <p class="quiet">{t("The search for nearly equal rows was cut short: there are too many texts to compare all of them.")}</p>}
      <h2>{t("Suspicious characters")}</h2>
      <FindingsTable findings={suspicious} word={suspicionWord} onShow={onShow} none={t("No text holds suspicious characters.")} />
      <h2>{t("Personal data")}</h2>
      <p class="quiet">{t("Hints by pattern only: some are none, and much that is personal has no pattern.")}</p>
      <FindingsTable findings={personal} word={personalWord} onShow={onShow} none={t("Nothing looks like personal data.")} />
    </div>
  );
}

function Group({ group, rows, onShow }: { readonly group: DuplicateGroup; readonly rows: readonly number[]; readonly onShow: (row: number) => void }) {
  const note = [t("{0} rows", integer(group.rows)), group.parts.map(({ part, rows: count }) => `${partWord(part)} ${integer(count)}`).join(", "), group.likeness === "near" ? t("similarity {0}", fixed(group.similarity, 2)) : undefined].filter((text) => text !== undefined).join(" · ");
  return (
    <Disclosure title={<>{group.conflict && <><Icon name="warning" /> {t("Different labels")} · </>}{likenessWord(group.likeness)}</>} note={note}>
      {() => (
        <ul class="members">
          {group.members.map(({ part, label, shown }, at) => (
            <li key={at}>
              <RowLink row={rows[at] ?? 0} text={t("row {0}", integer((rows[at] ?? 0) + 1))} onShow={onShow} /> <span class="quiet">{partWord(part)}</span> {label !== null && <strong><DataText text={label} /></strong>} {shown !== null && <DataText text={shown} />}
            </li>
          ))}
          {group.rows > group.members.length && <li class="quiet">{t("and {0} more", integer(group.rows - group.members.length))}</li>}
        </ul>
      )}
    </Disclosure>
  );
}
