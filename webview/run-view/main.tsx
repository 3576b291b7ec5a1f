import { t } from "../shared/localization.js";
import "./style.css";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type PredictionFilter, type RunViewState, runViewStateSchema } from "../../src/protocol/webview/run-view.js";
import { defaultChartOptions } from "../shared/chart/chart-options.js";
import { Busy, DataText, Tabs } from "../shared/controls.js";
import { pageState } from "../shared/page.js";
import { ConfigurationTab } from "./configuration-tab.js";
import { type ShownRun, useRun } from "./connection.js";
import { ExamplesTab } from "./examples-tab.js";
import { Header } from "./header.js";
import { LogTab } from "./log-tab.js";
import { ResultTab } from "./result-tab.js";
import { TrainingTab } from "./training-tab.js";

type TabName = NonNullable<RunViewState["tab"]>;

const remembered = runViewStateSchema.safeParse(pageState.read()).data;

function Page() {
  const { run, error } = useRun();
  if (error !== undefined) return <p class="error" role="alert"><DataText text={error} /></p>;
  if (!run) return <Busy label={t("Opening the run")} />;
  return <Run run={run} />;
}

function Run({ run }: { readonly run: ShownRun }) {
  const { status, model } = run;
  const [chosen, setTab] = useState<TabName | undefined>(remembered?.tab);
  const [options, setOptions] = useState(remembered?.options ?? defaultChartOptions);
  const [filter, setFilter] = useState<PredictionFilter>({ wrongOnly: true, expected: null, predicted: null });
  // A finished run opens with its result; one that finishes while it is watched stays with its curves.
  const [opensWith] = useState<TabName>(status.entry.state === "succeeded" ? "result" : "training");
  const tab = chosen ?? opensWith;
  useEffect(() => pageState.write({ run: status.entry.path, tab: chosen, options } satisfies RunViewState), [status.entry.path, chosen, options]);
  return (
    <div data-run={status.entry.path} data-steps={model.loss.length} data-caught-up={model.caughtUp}>
      <Header run={run} />
      <Tabs
        label={t("Parts of the run")}
        chosen={tab}
        onChoose={setTab}
        tabs={[
          { name: "training", title: t("Training"), panel: () => <TrainingTab run={run} options={options} onOptions={setOptions} /> },
          { name: "result", title: t("Result"), panel: () => <ResultTab run={run} onExamples={(next) => (setFilter(next), setTab("examples"))} /> },
          { name: "examples", title: t("Examples"), panel: () => <ExamplesTab run={run} filter={filter} onFilter={setFilter} /> },
          { name: "configuration", title: t("Configuration"), panel: () => <ConfigurationTab run={run} /> },
          { name: "log", title: t("Log"), panel: () => <LogTab run={run} /> },
        ]}
      />
    </div>
  );
}

render(<Page />, document.getElementById("page")!);
