import { Button, DataText } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer, share } from "../shared/numbers.js";
import type { TabSetting } from "./tab-setting.js";
import { splitWord } from "./words.js";

/** What the data set is, and what can be done with it. */
export function Header({ state, store }: TabSetting) {
  const dataset = state.opening.value!.dataset!;
  const { name, rows, splits, sourceNames, readings, rule } = dataset;
  return (
    <header>
      <h1><DataText text={name} /></h1>
      <p class="quiet source">
        <DataText text={sourceNames.slice(0, 6).join(", ")} />
        {sourceNames.length > 6 && ` ${t("and {0} more", sourceNames.length - 6)}`}
        {readings.length > 0 && <> · <DataText text={readings.join("; ")} /></>}
      </p>
      <ul class="facts">
        <li data-total={rows}>{rows === 1 ? t("1 row") : t("{0} rows", integer(rows))}</li>
        {splits.length > 1 && splits.map((each) => <li key={each.split}>{t("{0}: {1} ({2})", splitWord(each.split), integer(each.rows), share(each.rows / Math.max(1, rows)))}</li>)}
        {rule?.type === "stratified" && <li>{t("split with every label's share kept")}</li>}
        {rule?.type === "grouped" && <li>{t("split by the groups of {0}", rule.column)}</li>}
        {rule?.type === "hash" && <li>{t("split by the hash of the text")}</li>}
      </ul>
      <div class="row actions">
        <Button appearance="primary" onPress={() => void store.command("newExperimentFromDataset")}>{t("New Experiment…")}</Button>
        <Button onPress={() => void store.command("chooseColumns")}>{t("Choose Columns…")}</Button>
        <Button onPress={() => void store.command("splitDataset")}>{t("Split…")}</Button>
        <Button onPress={() => void store.command("sampleDataset")}>{t("Sample…")}</Button>
        <Button onPress={() => void store.command("rebalanceDataset")}>{t("Rebalance…")}</Button>
        <Button onPress={() => void store.command("exportDataset")}>{t("Export…")}</Button>
        <Button icon="file" onPress={() => void store.command("openAsText")}>{t("Open as Text")}</Button>
      </div>
    </header>
  );
}
