import { seedKey, type SettingValue } from "../../src/comparison/configuration.js";
import { DataTable, DataText, Disclosure } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import type { ThemeColors } from "../shared/theme.js";
import type { Comparison, ShownRun } from "./comparison.js";
import { GroupMark } from "./swatch.js";
import { seedsText, settingText } from "./words.js";

type Group = Comparison["groups"][number];

/** More settings than this stand below each other, the groups side by side. */
const mostColumns = 7;

/** What was changed between the runs, before anything that came of it. */
export function Differences({ comparison, theme }: { readonly comparison: Comparison; readonly theme: ThemeColors }) {
  const { configurations, environments, groups } = comparison;
  const differing = configurations.differing.filter(({ key }) => key !== seedKey);
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">{t("What differs")}</h2>
      {differing.length === 0 ? <p>{nothingDiffers(comparison)}</p> : differing.length <= mostColumns ? <GroupRows comparison={comparison} theme={theme} /> : <SettingRows comparison={comparison} theme={theme} />}
      {comparison.baseline && differing.length > 0 && groups.length > 1 && <p class="quiet">{t("Settings that differ from the baseline's are in bold.")}</p>}
      <Disclosure title={t("Equal in all runs")} note={t("{0} settings", configurations.equal.length)}>
        {() => <SettingsTable caption={t("Settings that are equal in all runs")} rows={configurations.equal.map(({ key, values: [value] }) => ({ key, value }))} />}
      </Disclosure>
      {environments.differing.length > 0 && (
        <Disclosure title={t("Made with and on")} note={t("{0} differences", environments.differing.length)}>
          {() => <Environments comparison={comparison} />}
        </Disclosure>
      )}
    </section>
  );
}

function nothingDiffers({ configurations, runs }: Comparison): string {
  if (runs.length < 2) return t("There is only one run yet.");
  return configurations.differing.length > 0 ? t("Nothing but the seed: these are runs of one configuration.") : t("Nothing: these runs are repetitions of each other, seed included.");
}

/** A row a group, a column a setting. */
function GroupRows({ comparison: { groups, configurations, baseline }, theme }: { readonly comparison: Comparison; readonly theme: ThemeColors }) {
  const keys = configurations.differing.filter(({ key }) => key !== seedKey);
  const reference = groups.find((group) => group.index === baseline?.group);
  return (
    <DataTable
      caption={t("Configurations, and the settings in which they differ")}
      captionHidden
      rows={groups}
      rowKey={({ index }) => index}
      columns={[
        { key: "group", title: t("Configuration"), cell: (group: Group) => <GroupName group={group} theme={theme} baseline={baseline} /> },
        ...keys.map(({ key, values }, at) => ({
          key,
          title: <DataText text={key} />,
          number: values.every((value) => typeof value === "number"),
          sort: ({ settings }: Group) => sortable(settings[at].value),
          cell: (group: Group) => <Value value={group.settings[at].value} changed={reference !== undefined && group.settings[at].value !== reference.settings[at].value} />,
        })),
      ]}
    />
  );
}

/** A row a setting, a column a group: for many settings. */
function SettingRows({ comparison: { groups, configurations, baseline }, theme }: { readonly comparison: Comparison; readonly theme: ThemeColors }) {
  const keys = configurations.differing.map(({ key }) => key).filter((key) => key !== seedKey);
  const reference = groups.find((group) => group.index === baseline?.group);
  return (
    <DataTable
      caption={t("Settings in which the configurations differ")}
      captionHidden
      rows={keys.map((key, at) => ({ key, at }))}
      rowKey={({ key }) => key}
      columns={[
        { key: "setting", title: t("Setting"), cell: ({ key }: { key: string; at: number }) => <DataText text={key} /> },
        ...groups.map((group) => ({
          key: String(group.index),
          title: <GroupName group={group} theme={theme} baseline={baseline} />,
          cell: ({ at }: { key: string; at: number }) => <Value value={group.settings[at].value} changed={reference !== undefined && group.settings[at].value !== reference.settings[at].value} />,
        })),
      ]}
    />
  );
}

function GroupName({ group, theme, baseline }: { readonly group: Group; readonly theme: ThemeColors; readonly baseline: ShownRun | undefined }) {
  return (
    <span class="group-name">
      <GroupMark index={group.index} theme={theme} /> <span class="quiet">{seedsText(group.runs)}</span>
      {baseline?.group === group.index && <span class="tag">{t("baseline")}</span>}
    </span>
  );
}

function Value({ value, changed }: { readonly value: SettingValue | undefined; readonly changed: boolean }) {
  const shown = typeof value === "string" ? <DataText text={value} /> : <span class={value === undefined || value === null ? "quiet" : undefined}>{settingText(value)}</span>;
  return <span class={changed ? "setting changed" : "setting"}>{shown}</span>;
}

function SettingsTable({ caption, rows }: { readonly caption: string; readonly rows: readonly { readonly key: string; readonly value: SettingValue | undefined }[] }) {
  return (
    <DataTable
      caption={caption}
      captionHidden
      rows={rows}
      rowKey={({ key }) => key}
      columns={[
        { key: "setting", title: t("Setting"), cell: ({ key }) => <DataText text={key} /> },
        { key: "value", title: t("Value"), cell: ({ value }) => <Value value={value} changed={false} /> },
      ]}
    />
  );
}

function Environments({ comparison: { runs, environments } }: { readonly comparison: Comparison }) {
  return (
    <DataTable
      caption={t("What the runs were made with and on, where it differs")}
      captionHidden
      rows={runs.map((run, at) => ({ run, at }))}
      rowKey={({ at }) => at}
      columns={[
        { key: "run", title: t("Run"), cell: ({ run }) => `${run.label} (${run.id})` },
        ...environments.differing.map(({ key, values }) => ({ key, title: key, cell: ({ at }: { at: number }) => <Value value={values[at]} changed={false} /> })),
      ]}
    />
  );
}

function sortable(value: SettingValue | undefined): number | string | null {
  return typeof value === "number" || typeof value === "string" ? value : value === undefined || value === null ? null : String(value);
}
