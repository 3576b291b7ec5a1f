import { useEffect, useMemo, useState } from "preact/hooks";
import { type Sorting, sortResults } from "../../src/comparison/results.js";
import { Button, Icon, Progress } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import { useTheme } from "../shared/theme.js";
import { compare, type ComparisonData } from "./comparison.js";
import { Curves } from "./curves.js";
import { Differences } from "./differences.js";
import { Results } from "./results.js";
import { Significance, type SignificanceSetting } from "./significance.js";
import { Sweep } from "./sweep.js";
import { resultsCsv, resultsMarkdown } from "./table-rows.js";

/** What the page asks of the host. */
export interface Actions {
  readonly addRuns: () => void;
  readonly removeRun: (run: string) => void;
  readonly openRun: (run: string) => void;
  readonly pinBaseline: (run: string | null) => void;
  readonly copy: (text: string) => void;
  readonly measure: SignificanceSetting["measure"];
}

export interface AppSetting {
  readonly data: ComparisonData;
  readonly actions: Actions;
  /** What went wrong last, until something goes right. */
  readonly error: string | undefined;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
}

export function App({ data, actions, error, sorting, onSort }: AppSetting) {
  const theme = useTheme();
  const comparison = useMemo(() => compare(data), [data.runs, data.baseline]);
  const { runs, groups } = comparison;
  const [copied, setCopied] = useState("");
  useEffect(() => {
    if (copied === "") return;
    const timer = setTimeout(() => setCopied(""), 4000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (text: string, said: string): void => {
    actions.copy(text);
    setCopied(said);
  };
  if (!data.paths) return <p class="empty" role="status">{t("Opening the comparison…")}</p>;
  const missing = data.paths.length - runs.length;
  const sorted = sortResults(comparison.results, sorting);
  return (
    <>
      <header class="row spread">
        <div>
          <h1>{t("Compare runs")}</h1>
          <p class="quiet">{runs.length === groups.length ? t("{0} runs", integer(runs.length)) : t("{0} runs of {1} configurations", integer(runs.length), integer(groups.length))}</p>
        </div>
        <div class="row">
          <Button icon="add" appearance={data.paths.length < 2 ? "primary" : "secondary"} onPress={actions.addRuns}>{t("Add runs…")}</Button>
          <Button icon="copy" disabled={runs.length === 0} onPress={() => copy(resultsMarkdown(comparison, sorted), t("Copied as Markdown."))}>{t("Copy as Markdown")}</Button>
          <Button icon="copy" disabled={runs.length === 0} onPress={() => copy(resultsCsv(comparison, sorted), t("Copied as CSV."))}>{t("Copy as CSV")}</Button>
        </div>
      </header>
      <p class="screen-reader-only" role="status">{copied}</p>
      {error !== undefined && <div class="notice error" role="alert"><Icon name="error" /><p>{error}</p></div>}
      {missing > 0 && <Progress label={t("Reading the runs")} value={runs.length / data.paths.length} text={t("{0} of {1} runs read", integer(runs.length), integer(data.paths.length))} />}
      {data.paths.length === 0 && <p class="empty">{t("There is nothing to compare yet. Add two runs or more.")}</p>}
      {data.paths.length === 1 && missing === 0 && <p class="notice"><Icon name="info" /><span>{t("This is one run only. Add another one to compare it with.")}</span></p>}
      {runs.length > 0 && (
        <>
          <Differences comparison={comparison} theme={theme} />
          <Results comparison={comparison} theme={theme} sorting={sorting} onSort={onSort} onOpen={({ path }) => actions.openRun(path)} onPin={(run) => actions.pinBaseline(run?.path ?? null)} onRemove={({ path }) => actions.removeRun(path)} />
          <Curves comparison={comparison} curves={data.curves} theme={theme} onCopy={(text) => copy(text, t("Copied as CSV."))} />
          {runs.length > 1 || runs.some(({ answers }) => answers.length > 1) ? <Significance comparison={comparison} measure={actions.measure} /> : null}
          <Sweep comparison={comparison} />
        </>
      )}
    </>
  );
}
