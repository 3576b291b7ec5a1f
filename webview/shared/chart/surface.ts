import { Chart, type ChartDataset, LinearScale, LineController, LineElement, LogarithmicScale, PointElement } from "chart.js";
import { withAlpha } from "../colors.js";
import { lineStyle, type ThemeColors } from "../theme.js";
import { decimate, type DrawnPoint, type Window } from "./decimation.js";
import { type Overlay, overlayPlugin } from "./drawing.js";
import { firstAtLeast, nearestIndex } from "./points.js";
import { extent, padded, type Range, type ScaleKind } from "./scale.js";
import type { ChartMarker, ChartSeries } from "./series.js";
import { smooth } from "./smoothing.js";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

/** A column of the decimation is as wide as a line is thick: finer ones could not be told apart, and cost twice. */
const pixelsPerColumn = 2;
/** From so many points on a line is drawn thin: it is a band then, and thick joins would only cost. */
const dense = 600;

/** Everything that decides what a chart looks like. */
export interface Picture {
  readonly theme: ThemeColors;
  /** The visible ones; `index` is the place among all, which decides the colour. */
  readonly series: readonly (ChartSeries & { readonly index: number })[];
  readonly markers: readonly ChartMarker[];
  readonly smoothing: number;
  readonly xKind: ScaleKind;
  readonly yKind: ScaleKind;
  /** Ends that the y axis never goes beyond: a share has no more than 100 %. */
  readonly yBounds?: Range;
  /** Shown beside what the curves cover, so that charts of one axis are alike. */
  readonly xLimits?: Range;
  /** What is shown of the x axis; all of it where absent. */
  readonly range?: Range;
  readonly cursor?: number;
  readonly xLabel: string;
  /** The x axis counts something: there is nothing between two whole numbers. */
  readonly wholeX: boolean;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
}

interface PreparedLine {
  readonly series: Picture["series"][number];
  /** After smoothing. */
  readonly y: Float64Array;
  readonly color: string;
  readonly dash: readonly number[];
}

/** A canvas with a chart of chart.js, which is given only what a screen can show of the curves. */
export class ChartSurface {
  private readonly chart: Chart<"line", DrawnPoint[]>;
  private picture: Picture | undefined;
  private lines: readonly PreparedLine[] = [];
  private overlay: Overlay | undefined;
  private smoothedFrom: { readonly y: Float64Array; readonly weight: number; readonly result: Float64Array }[] = [];
  private frame = 0;
  /** Told after each drawing: the points that chart.js was given. */
  onDrawn: (points: number) => void = () => {};

  constructor(canvas: HTMLCanvasElement) {
    this.chart = new Chart<"line", DrawnPoint[]>(canvas, {
      type: "line",
      data: { datasets: [] },
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: true,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 8, right: 8 } },
        onResize: () => this.schedule(),
      },
      plugins: [overlayPlugin(() => this.overlay ?? emptyOverlay)],
    });
  }

  show(picture: Picture): void {
    this.picture = picture;
    this.lines = picture.series.map((series) => ({ series, y: series.smooth ? this.smoothed(series.y, picture.smoothing) : series.y, ...lineStyle(picture.theme, series.index), ...definedStyle(series) }));
    this.smoothedFrom = this.smoothedFrom.filter(({ y }) => picture.series.some((series) => series.y === y));
    this.schedule();
  }

  /** All that can be shown of the x axis. */
  limits(): Range {
    const kind = this.picture?.xKind ?? "linear";
    const ends = this.lines.flatMap(({ series: { x } }) => (x.length === 0 ? [] : [x[kind === "log" ? Math.min(firstAtLeast(x, Number.MIN_VALUE), x.length - 1) : 0], x[x.length - 1]]));
    const wanted = this.picture?.xLimits;
    const found = extent(wanted ? [...ends, wanted.min, wanted.max] : ends, kind) ?? { min: kind === "log" ? 1 : 0, max: kind === "log" ? 10 : 1 };
    return found.min < found.max ? found : padded(found, kind);
  }

  range(): Range {
    return this.picture?.range ?? this.limits();
  }

  /** The value of the x axis at a place of the canvas, and the pixels of the axis. */
  valueAt(pixel: number): number {
    return this.chart.scales.x?.getValueForPixel(pixel) ?? 0;
  }
  get width(): number {
    return Math.max(1, this.chart.chartArea?.width ?? 1);
  }

  /** Values of the visible curves at a place: the curve's own point, or one within a hundredth of what is shown. */
  valuesAt(x: number): { readonly id: string; readonly name: string; readonly y: number; readonly raw: number; readonly color: string }[] {
    const { min, max } = this.range();
    return this.lines.map(({ series, y, color }) => {
      const index = nearestIndex(series.x, x);
      const near = index >= 0 && Math.abs(series.x[index] - x) <= (max - min) / 100;
      return { id: series.id, name: series.name, color, y: near ? y[index] : Number.NaN, raw: near ? series.y[index] : Number.NaN };
    });
  }

  /** The picture as PNG (a data: address), on the theme's background. */
  toPng(): string {
    const { canvas } = this.chart;
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const ctx = copy.getContext("2d")!;
    ctx.fillStyle = this.picture?.theme.background ?? "white";
    ctx.fillRect(0, 0, copy.width, copy.height);
    ctx.drawImage(canvas, 0, 0);
    return copy.toDataURL("image/png");
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.chart.destroy();
  }

  /** Smoothing costs all points: it is done again only for what changed. */
  private smoothed(y: Float64Array, weight: number): Float64Array {
    const found = this.smoothedFrom.find((each) => each.y === y && each.weight === weight);
    if (found) return found.result;
    const result = smooth(y, weight);
    this.smoothedFrom = [...this.smoothedFrom.filter((each) => each.y !== y), { y, weight, result }];
    return result;
  }

  private schedule(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    const { picture, chart } = this;
    if (!picture) return;
    const window: Window = { range: this.range(), kind: picture.xKind, columns: Math.max(50, Math.round(this.width / pixelsPerColumn)) };
    const shown = (y: number): number => (picture.yKind === "log" && y <= 0 ? Number.NaN : y);
    const curve = (x: Float64Array, y: Float64Array): DrawnPoint[] => decimate(x, y, window).map((point) => ({ x: point.x, y: shown(point.y) }));
    const datasets: ChartDataset<"line", DrawnPoint[]>[] = [];
    for (const { series, y, color, dash } of this.lines) {
      if (y !== series.y) datasets.push(dataset(curve(series.x, series.y), withAlpha(color, picture.theme.highContrast ? 0.5 : 0.28), [], false));
      datasets.push(dataset(curve(series.x, y), color, dash, series.marks === true || series.x.length === 1));
    }
    // The full lines lie above all faint ones.
    datasets.reverse();
    const bands = this.lines.flatMap(({ series: { band, x }, color }) => (band ? [{ color: withAlpha(color, 0.2), low: curve(x, band.low), high: curve(x, band.high) }] : []));
    this.overlay = { theme: picture.theme, bands, markers: picture.markers.map((marker) => ({ ...marker, y: this.markerPlace(marker) })), cursor: picture.cursor === undefined ? undefined : { x: picture.cursor, values: this.valuesAt(picture.cursor) } };
    chart.data.datasets = datasets;
    const inside = ({ x }: DrawnPoint): boolean => x >= window.range.min && x <= window.range.max;
    const heights = [...datasets.flatMap(({ data }) => data), ...bands.flatMap(({ low, high }) => [...low, ...high])].filter(inside).map(({ y }) => y);
    const free = padded(extent(heights, picture.yKind) ?? (picture.yKind === "log" ? { min: 1, max: 10 } : { min: 0, max: 1 }), picture.yKind);
    const { yBounds = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY } } = picture;
    const tall = { min: Math.max(free.min, yBounds.min), max: Math.min(free.max, yBounds.max) };
    chart.options.scales = { x: axis(picture, picture.xKind, window.range, picture.formatX, { title: picture.xLabel, whole: picture.wholeX }), y: axis(picture, picture.yKind, tall, picture.formatY) };
    chart.update("none");
    this.onDrawn(datasets.reduce((sum, { data }) => sum + data.length, 0));
  }

  private markerPlace({ x, kind }: ChartMarker): number | undefined {
    if (kind !== "best") return undefined;
    // A curve of single marks is what was measured there.
    for (const { series, y } of this.lines.toSorted((a, b) => Number(b.series.marks === true) - Number(a.series.marks === true))) {
      const index = firstAtLeast(series.x, x);
      if (series.x[index] === x && Number.isFinite(y[index])) return y[index];
    }
    return undefined;
  }
}

const emptyOverlay: Overlay = { theme: { background: "", foreground: "", quiet: "", grid: "", focus: "", palette: [], boxBackground: "", boxForeground: "", boxBorder: "", fontFamily: "", highContrast: false }, bands: [], markers: [] };

function definedStyle({ color, dash }: ChartSeries): { color?: string; dash?: readonly number[] } {
  return { ...(color === undefined ? {} : { color }), ...(dash === undefined ? {} : { dash }) };
}

function dataset(data: DrawnPoint[], color: string, dash: readonly number[], marks: boolean): ChartDataset<"line", DrawnPoint[]> {
  return { data, borderColor: color, backgroundColor: color, borderWidth: data.length > dense ? 1.25 : 1.75, borderDash: [...dash], borderJoinStyle: data.length > dense ? "bevel" : "round", pointRadius: marks ? 3 : 0, pointBorderWidth: 0, spanGaps: false, clip: 5 };
}

function axis({ theme }: Picture, kind: ScaleKind, { min, max }: Range, format: (value: number) => string, { title, whole = false }: { readonly title?: string; readonly whole?: boolean } = {}) {
  return {
    type: kind === "log" ? ("logarithmic" as const) : ("linear" as const),
    min,
    max,
    grid: { color: theme.grid, tickLength: 0, drawTicks: false },
    border: { color: theme.grid },
    ticks: { color: theme.quiet, font: { family: theme.fontFamily, size: 11 }, padding: 6, maxRotation: 0, autoSkipPadding: 16, maxTicksLimit: title === undefined ? 6 : 9, includeBounds: false, ...(whole ? { precision: 0 } : {}), callback: (value: number | string) => format(Number(value)) },
    title: { display: title !== undefined, text: title, color: theme.quiet, font: { family: theme.fontFamily, size: 11 }, padding: 0 },
  };
}
