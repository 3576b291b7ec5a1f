import { useMemo, useState } from "preact/hooks";
import { bandOf, type Curve } from "../../src/comparison/curves.js";
import { type CurveMeasure, curveMeasures } from "../../src/protocol/webview/compare-view.js";
import { Chart } from "../shared/chart/chart.js";
import { type ChartOptions, ChartOptionsBar, defaultChartOptions } from "../shared/chart/chart-options.js";
import type { ChartSeries } from "../shared/chart/series.js";
import { smooth } from "../shared/chart/smoothing.js";
import { Select } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { figure, integer, share } from "../shared/numbers.js";
import { lineStyle, type ThemeColors } from "../shared/theme.js";
import type { Comparison, ComparisonData, ShownRun } from "./comparison.js";
import { seedsText } from "./words.js";

export interface CurvesSetting {
  readonly comparison: Comparison;
  readonly curves: ComparisonData["curves"];
  readonly theme: ThemeColors;
  readonly onCopy: (text: string) => void;
}

type View = "runs" | "groups";
type CurveOf = (run: ShownRun) => Curve;
/** Dashes are counted in sixes: the palette has six colours. */
const palette = 6;

/** The runs' curves over each other: each by itself, or mean and spread of each configuration. */
export function Curves({ comparison, curves, theme, onCopy }: CurvesSetting) {
  const severalSeeds = comparison.groups.some((group) => group.runs.length > 1);
  const [chosenView, setView] = useState<View>();
  const [options, setOptions] = useState<ChartOptions>(defaultChartOptions);
  const measures = curveMeasures.filter((measure) => [...curves.values()].some(({ validation }) => validation[measure] !== undefined));
  const [chosenMeasure, setMeasure] = useState<CurveMeasure>();
  const measure = chosenMeasure && measures.includes(chosenMeasure) ? chosenMeasure : measures[0];
  const view: View = severalSeeds ? (chosenView ?? "groups") : "runs";
  const loss = useMemo(() => seriesOf(comparison, theme, view, (run) => curves.get(run.path)?.loss.points ?? [], { smoothing: options.smoothing }), [comparison, curves, theme, view, options.smoothing]);
  const validation = useMemo(() => (measure ? seriesOf(comparison, theme, view, (run) => curves.get(run.path)?.validation[measure] ?? [], { marks: true }) : []), [comparison, curves, theme, view, measure]);
  const stepsAPoint = Math.max(1, ...[...curves.values()].map((each) => each.loss.stepsAPoint));
  const axes = { xKind: options.logX ? ("log" as const) : ("linear" as const), yKind: options.logY ? ("log" as const) : ("linear" as const) };
  return (
    <section aria-labelledby="curves">
      <h2 id="curves">{t("Curves")}</h2>
      <div class="row controls">
        {severalSeeds && (
          <Select<View>
            label={t("Show")}
            value={view}
            options={[
              { value: "groups", text: t("Mean and spread of each configuration") },
              { value: "runs", text: t("Each run") },
            ]}
            onChange={setView}
          />
        )}
        {measures.length > 1 && measure && <Select label={t("Validation measure")} value={measure} options={measures.map((each) => ({ value: each, text: curveName(each) }))} onChange={setMeasure} />}
        <ChartOptionsBar options={options} onChange={setOptions} />
      </div>
      {view === "groups" && <p class="quiet">{t("The band is one sample standard deviation over the seeds, over the steps that all of them have reached; runs that failed or were stopped are left out.")}</p>}
      <div class="charts">
        <Chart label={t("Training loss")} xLabel={t("step")} series={loss} smoothing={view === "runs" ? options.smoothing : 0} formatX={integer} onCopy={onCopy} empty={t("No run has taken a step yet.")} {...axes} />
        <Chart label={measure ? t("Validation: {0}", curveName(measure)) : t("Validation")} xLabel={t("step")} series={validation} formatX={integer} formatY={measure && measure !== "loss" ? share : (value) => figure(value)} onCopy={onCopy} empty={t("No run has been evaluated yet.")} {...axes} />
      </div>
      {stepsAPoint > 1 && <p class="quiet">{t("The runs are long: each point of the training loss is the mean of up to {0} steps.", integer(stepsAPoint))}</p>}
    </section>
  );
}

function seriesOf({ groups, runs }: Comparison, theme: ThemeColors, view: View, curveOf: CurveOf, { smoothing, marks = false }: { readonly smoothing?: number; readonly marks?: boolean }): ChartSeries[] {
  if (view === "runs") {
    const single = groups.every((group) => group.runs.length === 1);
    return runs.map((run): ChartSeries => {
      const curve = curveOf(run);
      const style = single ? lineStyle(theme, run.group) : { color: lineStyle(theme, run.group).color, dash: lineStyle(theme, run.place * palette).dash };
      return { id: run.path, name: run.label, ...arrays(curve), ...style, smooth: smoothing !== undefined, marks };
    });
  }
  return groups.map((group): ChartSeries => {
    const counted = group.runs.filter(({ state }) => state !== "failed" && state !== "stopped" && state !== "interrupted");
    const members = (counted.length > 0 ? counted : group.runs).map(curveOf).filter((curve) => curve.length > 0);
    const band = bandOf(members.map((curve) => smoothed(curve, smoothing ?? 0)));
    const spread = band.some(({ deviation }) => deviation !== null);
    return {
      id: group.runs.map(({ path }) => path).join("\n"),
      name: `${group.runs[0].label.replace(/\d+$/, "")} (${seedsText(group.runs)})`,
      x: Float64Array.from(band, ({ step }) => step),
      y: Float64Array.from(band, ({ mean }) => mean),
      ...lineStyle(theme, group.index),
      marks: marks && band.length <= 60,
      ...(spread ? { band: { low: Float64Array.from(band, ({ mean, deviation }) => mean - (deviation ?? 0)), high: Float64Array.from(band, ({ mean, deviation }) => mean + (deviation ?? 0)) } } : {}),
    };
  });
}

/** Smoothed before the mean is taken: the spread is then that of the runs, not of their batches. */
function smoothed(curve: Curve, weight: number): Curve {
  if (weight === 0) return curve;
  const values = smooth(Float64Array.from(curve, ([, value]) => value), weight);
  return curve.map(([step], at) => [step, values[at]]);
}

function arrays(curve: Curve): Pick<ChartSeries, "x" | "y"> {
  return { x: Float64Array.from(curve, ([step]) => step), y: Float64Array.from(curve, ([, value]) => value) };
}

function curveName(measure: CurveMeasure): string {
  return { accuracy: t("accuracy"), macroF1: t("macro F1"), spanF1: t("span F1"), spanF1Strict: t("strict span F1"), spanPrecision: t("span precision"), spanRecall: t("span recall"), exactMatch: t("exact match"), rougeL: t("ROUGE-L"), loss: t("loss") }[measure];
}
