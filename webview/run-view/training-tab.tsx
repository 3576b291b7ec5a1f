import { useMemo, useState } from "preact/hooks";
import type { MeasureName } from "../../src/tasks/task-facts.js";
import { Icon } from "../shared/controls.js";
import { Chart, type ChartSetting } from "../shared/chart/chart.js";
import { type ChartOptions, ChartOptionsBar } from "../shared/chart/chart-options.js";
import type { Range } from "../shared/chart/scale.js";
import type { ChartMarker, ChartSeries } from "../shared/chart/series.js";
import { t } from "../shared/localization.js";
import { integer, share } from "../shared/numbers.js";
import { host, type ShownRun } from "./connection.js";
import { EvaluationsTable } from "./evaluations-table.js";
import type { Evaluation, RunModel } from "./run-model.js";
import { measuresOf, measureWord } from "./words.js";

const shares: Range = { min: 0, max: 1 };

/** The curves, live, and the evaluations. The charts share their x axis: zooming one zooms all. */
export function TrainingTab({ run, options, onOptions }: { readonly run: ShownRun; readonly options: ChartOptions; readonly onOptions: (options: ChartOptions) => void }) {
  const { model, version, status } = run;
  const [range, setRange] = useState<Range | undefined>();
  const charts = useMemo(() => seriesOf(model), [model, version]);
  const markers = useMemo(() => markersOf(model), [model, version]);
  if (model.caughtUp && model.loss.length === 0) return <NoSteps run={run} />;
  const shared: Omit<ChartSetting, "label" | "series"> = {
    xLabel: t("Step"),
    markers: markers.filter(({ kind }) => kind !== "best"),
    smoothing: options.smoothing,
    xKind: options.logX ? "log" : "linear",
    yKind: options.logY ? "log" : "linear",
    xLimits: charts.limits,
    range,
    onRange: setRange,
    onCopy: (text) => void host.call("copyText", { text, told: t("The values were copied.") }).catch(() => undefined),
    onSavePicture: (name, png) => void host.call("savePicture", { name: `${status.entry.name} ${name}`, png }).catch(() => undefined),
  };
  return (
    <>
      <ChartOptionsBar options={options} onChange={onOptions} />
      <Chart {...shared} label={t("Loss")} series={charts.loss} markers={markers} height={260} />
      {markers.length > 0 && <MarkerKey markers={markers} />}
      <div class="charts">
        {charts.measures.length > 0 && <Chart {...shared} label={t("Validation")} series={charts.measures} height={180} markers={markers} formatY={(value) => share(value)} yKind="linear" yBounds={shares} />}
        <Chart {...shared} label={t("Learning rate")} series={charts.learningRate} height={180} />
        <Chart {...shared} label={t("Gradient norm")} series={charts.gradientNorm} height={180} />
      </div>
      <EvaluationsTable evaluations={model.evaluations} best={model.best} />
    </>
  );
}

function NoSteps({ run: { status } }: { readonly run: ShownRun }) {
  return (
    <p class="empty">
      {status.entry.active ? t("The first step has not been made yet. The curves appear with it.") : t("The run ended before its first step; there are no curves.")}
    </p>
  );
}

function MarkerKey({ markers }: { readonly markers: readonly ChartMarker[] }) {
  const best = markers.find(({ kind }) => kind === "best");
  const events = markers.filter(({ kind }) => kind === "event");
  return (
    <p class="quiet marker-key">
      {best && (
        <>
          <Icon name="star-full" /> {best.label}
        </>
      )}
      {events.length > 0 && <span> {t("Dotted lines: the run was resumed there.")}</span>}
    </p>
  );
}

function markersOf(model: RunModel): ChartMarker[] {
  const { best } = model;
  return [
    ...(best ? [{ x: best.step, kind: "best" as const, label: model.result ? t("Best checkpoint: step {0}", integer(best.step)) : t("Best checkpoint so far: step {0}", integer(best.step)) }] : []),
    ...[...new Set(model.resumes)].map((x) => ({ x, kind: "event" as const, label: t("Resumed") })),
  ];
}

function seriesOf(model: RunModel): { readonly loss: ChartSeries[]; readonly measures: ChartSeries[]; readonly learningRate: ChartSeries[]; readonly gradientNorm: ChartSeries[]; readonly limits: Range | undefined } {
  const validation = model.evaluations.filter(({ split }) => split === "validation").sort((a, b) => a.step - b.step);
  const measures = measuresOf(validation.map((each) => each.measures));
  const curve = (name: MeasureName, title: string): ChartSeries => ({ id: name, name: title, marks: true, ...columns(validation, name) });
  const steps = model.loss.x;
  return {
    limits: steps.length > 0 ? { min: steps[0], max: steps[steps.length - 1] } : undefined,
    loss: [{ id: "training", name: t("Training"), x: model.loss.x, y: model.loss.y, smooth: true }, ...(measures.includes("loss") ? [curve("loss", t("Validation"))] : [])],
    measures: measures.filter((name) => name !== "loss").map((name) => curve(name, measureWord(name))),
    learningRate: [{ id: "learningRate", name: t("Learning rate"), x: model.learningRate.x, y: model.learningRate.y }],
    gradientNorm: [{ id: "gradientNorm", name: t("Gradient norm"), x: model.gradientNorm.x, y: model.gradientNorm.y, smooth: true }],
  };
}

function columns(evaluations: readonly Evaluation[], name: MeasureName): { readonly x: Float64Array; readonly y: Float64Array } {
  return { x: Float64Array.from(evaluations, ({ step }) => step), y: Float64Array.from(evaluations, ({ measures }) => measures[name] ?? Number.NaN) };
}
