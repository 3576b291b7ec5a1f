import { useEffect, useState } from "preact/hooks";
import type { DatasetTab } from "../../src/protocol/webview/dataset-view.js";
import { Button, Icon, Tabs } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { ProblemNotice, WorkState } from "../shared/work-state.js";
import { Changes } from "./changes.js";
import { ColumnsTab } from "./columns-tab.js";
import { Header } from "./header.js";
import { LengthsTab } from "./lengths-tab.js";
import { QualityTab } from "./quality-tab.js";
import { RowsTab } from "./rows-tab.js";
import type { DatasetStore } from "./store.js";
import type { TabSetting } from "./tab-setting.js";
import { TemplateTab } from "./template-tab.js";

export function DatasetPage({ store }: { readonly store: DatasetStore }) {
  const [state, setState] = useState(store.state);
  useEffect(() => store.subscribe(() => setState(store.state)), [store]);
  const { opening } = state;
  const dataset = opening.value?.dataset;
  if (opening.status === "failed" && opening.problem) {
    return (
      <>
        <h1>{t("The data set cannot be opened")}</h1>
        <ProblemNotice problem={opening.problem}>
          <Button onPress={() => void store.start()}>{t("Try Again")}</Button>
          <Button onPress={() => void store.command("openAsText")}>{t("Open as Text")}</Button>
        </ProblemNotice>
      </>
    );
  }
  if (opening.value && !opening.value.trusted) return <NotTrusted store={store} />;
  if (!dataset) {
    return (
      <div class="opening">
        <WorkState loading={opening} label={t("Finding the rows")} onCancel={() => store.cancelOpening()} onRetry={() => void store.start()} />
        {opening.status === "idle" && <Button onPress={() => void store.start()}>{t("Open")}</Button>}
      </div>
    );
  }
  const panel = (Tab: (setting: TabSetting) => preact.JSX.Element) => () => <Tab state={state} store={store} />;
  return (
    <div data-rows={dataset.rows}>
      <Header state={state} store={store} />
      <Changes state={state} store={store} />
      {state.problem && <ProblemNotice problem={state.problem} />}
      <Tabs<DatasetTab>
        label={t("Parts of the data set")}
        chosen={state.memory.tab}
        onChoose={(tab) => store.showTab(tab)}
        tabs={[
          { name: "rows", title: t({ message: "Rows", comment: "the rows themselves, not how many" }), panel: panel(RowsTab) },
          { name: "columns", title: t("Columns"), panel: panel(ColumnsTab) },
          { name: "lengths", title: t("Lengths"), panel: panel(LengthsTab) },
          { name: "quality", title: t("Duplicates and Leaks"), panel: panel(QualityTab) },
          { name: "template", title: t("Template"), panel: panel(TemplateTab) },
        ]}
      />
    </div>
  );
}

function NotTrusted({ store }: Pick<TabSetting, "store">) {
  return (
    <div class="notice warning" role="status">
      <Icon name="warning" />
      <div class="stack">
        <p>{t("This workspace is not trusted: its data sets are not read.")}</p>
        <div class="row">
          <Button onPress={() => void store.command("manageTrust")}>{t("Manage Workspace Trust")}</Button>
          <Button onPress={() => void store.command("openAsText")}>{t("Open as Text")}</Button>
        </div>
      </div>
    </div>
  );
}
