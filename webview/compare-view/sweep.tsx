import { useMemo, useState } from "preact/hooks";
import { isShare, type MeasureKey } from "../../src/comparison/measures.js";
import { axisOf, isSweep, sweptSettings } from "../../src/comparison/sweep.js";
import { Button, DataTable, DataText, Disclosure, Select } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import { type BrushedAxis, type Brushes, insideBrushes } from "./brushes.js";
import type { Comparison, ShownRun } from "./comparison.js";
import { ParallelCoordinates } from "./parallel-coordinates.js";
import { measureName, measureText, settingText } from "./words.js";

/** More axes than this cannot be told apart; those with the most different values are shown. */
const mostAxes = 9;

/** What a sweep's settings did to the result. */
export function Sweep({ comparison }: { readonly comparison: Comparison }) {
  const { runs, configurations, allColumns: columns } = comparison;
  const [chosen, setChosen] = useState<MeasureKey>();
  const [brushes, setBrushes] = useState<Brushes>(new Map());
  const main = chosen && columns.includes(chosen) ? chosen : comparison.main;
  const { axes, left } = useMemo(() => axesOf(comparison, main), [comparison, main]);
  if (!isSweep(configurations) || main === undefined) return null;
  const selected = runs.filter((_, at) => insideBrushes(axes, brushes, at));
  const outcome = axes[axes.length - 1];
  const settings = axes.slice(0, -1);
  return (
    <section aria-labelledby="sweep">
      <h2 id="sweep">{t("Settings and results")}</h2>
      <div class="row controls">
        <Select label={t("Result")} value={main} options={columns.map((key) => ({ value: key, text: measureName(key) }))} onChange={setChosen} />
        <p class="quiet" role="status">{brushes.size === 0 ? t("Drag along an axis, or move its ends with the arrow keys, to choose runs.") : t("{0} of {1} runs chosen", integer(selected.length), integer(runs.length))}</p>
        {brushes.size > 0 && <Button icon="close" onPress={() => setBrushes(new Map())}>{t("Choose all")}</Button>}
      </div>
      <ParallelCoordinates
        axes={axes.map((axis, at) => ({
          ...axis,
          title: at === axes.length - 1 ? measureName(main) : lastPart(axis.axis.key),
          full: at === axes.length - 1 ? measureName(main) : axis.axis.key,
          text: (value) => (at === axes.length - 1 && typeof value === "number" ? measureText(main, value) : settingText(value)),
        }))}
        names={runs.map((run) => `${run.label} (${run.id})`)}
        lowerIsBetter={!isShare(main)}
        brushes={brushes}
        onBrush={setBrushes}
      />
      {left > 0 && <p class="quiet">{t("{0} more settings differ; those with the most different values are shown.", left)}</p>}
      <Disclosure title={t("Chosen runs as a table")} note={t("{0} runs", integer(selected.length))}>
        {() => (
          <DataTable
            caption={t("Chosen runs, their settings and results")}
            captionHidden
            rows={selected}
            rowKey={({ path }) => path}
            columns={[
              { key: "run", title: t("Run"), cell: (run: ShownRun) => `${run.label} (${run.id})` },
              ...settings.map(({ axis }) => ({
                key: axis.key,
                title: <DataText text={axis.key} />,
                number: axis.kind === "numeric",
                sort: (run: ShownRun) => sortable(run.configuration.get(axis.key)),
                cell: (run: ShownRun) => <DataText text={settingText(run.configuration.get(axis.key))} />,
              })),
              { key: "result", title: measureName(main), number: true, sort: (run: ShownRun) => run.measures[main], cell: (run: ShownRun) => measureText(main, outcome.values[runs.indexOf(run)] as number | undefined) },
            ]}
          />
        )}
      </Disclosure>
    </section>
  );
}

/** The settings with the most different values, in the experiment's order, then the result. */
function axesOf({ configurations, runs }: Comparison, main: MeasureKey | undefined): { readonly axes: BrushedAxis[]; readonly left: number } {
  const all = sweptSettings(configurations);
  const variety = new Map(all.map(({ key, values }) => [key, new Set(values).size]));
  const kept = new Set([...all].sort((a, b) => variety.get(b.key)! - variety.get(a.key)!).slice(0, mostAxes).map(({ key }) => key));
  const settings = all.filter(({ key }) => kept.has(key)).map(({ key, values }) => ({ axis: axisOf(key, values), values }));
  const results = runs.map(({ measures }) => (main === undefined ? undefined : measures[main]));
  const known = results.filter((value) => value !== undefined);
  const outcome = { axis: { ...axisOf("result", known.length > 0 ? known : [0]), key: "result" }, values: results };
  return { axes: [...settings, outcome], left: all.length - settings.length };
}

/** "learningRate"; with what it is a part of where the word alone says little: "init.type". */
const lastPart = (key: string): string => /(?:[^.]+\.)?[^.]{1,5}$|[^.]+$/.exec(key)?.[0] ?? key;
const sortable = (value: unknown): number | string | undefined => (typeof value === "number" || typeof value === "string" ? value : undefined);
