import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { IconButton } from "../controls.js";
import { t } from "../localization.js";
import { figure, integer } from "../numbers.js";
import { lineStyle, useTheme } from "../theme.js";
import { afterKey, type ChartView, orAll } from "./chart-keys.js";
import { ChartTable } from "./chart-table.js";
import { Legend } from "./legend.js";
import { nearestIndex } from "./points.js";
import { panned, type Range, type ScaleKind, zoomed } from "./scale.js";
import type { ChartMarker, ChartSeries } from "./series.js";
import { ChartSurface } from "./surface.js";

export interface ChartSetting {
  /** What the chart shows; its title. */
  readonly label: string;
  readonly xLabel: string;
  readonly series: readonly ChartSeries[];
  readonly markers?: readonly ChartMarker[];
  /** Weight of the moving average, 0 to 0.99. */
  readonly smoothing?: number;
  readonly xKind?: ScaleKind;
  readonly yKind?: ScaleKind;
  /** Shown of the x axis beside what the curves cover, so that charts of one axis are alike. */
  readonly xLimits?: Range;
  /** Ends that the y axis never goes beyond. */
  readonly yBounds?: Range;
  /** The x axis counts something, such as steps (so where absent): no ticks between whole numbers. */
  readonly wholeX?: boolean;
  /** Pixels. */
  readonly height?: number;
  readonly formatX?: (value: number) => string;
  readonly formatY?: (value: number) => string;
  /** Shared with other charts of the same axis, where given; else each chart keeps its own. */
  readonly range?: Range | undefined;
  readonly onRange?: (range: Range | undefined) => void;
  readonly onCopy?: (text: string) => void;
  /** With it, the picture can be saved: a PNG as data: address. */
  readonly onSavePicture?: (name: string, png: string) => void;
  /** Said where there is no point yet. */
  readonly empty?: string;
}

const defaultFormatY = (value: number): string => figure(value);

/**
 * Curves over one x axis: wheel zooms at the pointer (when the chart has the focus, or with Ctrl), dragging pans, a double
 * click shows everything; the keyboard does the same (arrow keys, Page Up and Down, Home, End, +, -, 0, Escape), and what it stops at is
 * read out. The data table below holds the same values.
 */
export function Chart(setting: ChartSetting) {
  const { label, xLabel, series, markers = [], smoothing = 0, xKind = "linear", yKind = "linear", yBounds, xLimits, wholeX = true, height = 220, formatX = integer, formatY = defaultFormatY, onCopy, onSavePicture, empty } = setting;
  const theme = useTheme();
  const id = useId();
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<ChartSurface | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [ownRange, setOwnRange] = useState<Range | undefined>();
  const [cursor, setCursor] = useState<number | undefined>();
  const [spoken, setSpoken] = useState("");
  const [drawn, setDrawn] = useState(0);
  const range = setting.onRange ? setting.range : ownRange;
  const setRange = setting.onRange ?? setOwnRange;
  const visible = useMemo(() => series.map((each, index) => ({ ...each, index })).filter(({ id: one }) => !hidden.has(one)), [series, hidden]);
  const points = visible.reduce((sum, { x }) => sum + x.length, 0);

  useEffect(() => {
    const made = new ChartSurface(canvas.current!);
    made.onDrawn = setDrawn;
    surface.current = made;
    return () => made.dispose();
  }, []);
  useEffect(() => surface.current?.show({ theme, series: visible, markers, smoothing, xKind, yKind, yBounds, xLimits, range, cursor, xLabel, wholeX, formatX, formatY }), [theme, visible, markers, smoothing, xKind, yKind, xLimits?.min, xLimits?.max, range, cursor, xLabel]);

  /** The curve with the most points says where the cursor stops. */
  const places = useMemo(() => visible.reduce<Float64Array>((most, { x }) => (x.length > most.length ? x : most), new Float64Array()), [visible]);
  const view = (next: ChartView): void => {
    if (next.range !== range) setRange(next.range);
    if (next.cursor === cursor) return;
    setCursor(next.cursor);
  };
  const values = cursor === undefined ? undefined : surface.current?.valuesAt(cursor);
  const speak = (x: number | undefined): void => {
    const told = x === undefined ? [] : (surface.current?.valuesAt(x) ?? []).filter(({ y }) => Number.isFinite(y)).map(({ name, y }) => `${name} ${formatY(y)}`);
    setSpoken(x === undefined ? "" : [`${xLabel} ${formatX(x)}`, ...told].join(", "));
  };
  const zoom = (factor: number, at?: number): void => {
    const limits = surface.current!.limits();
    const shown = surface.current!.range();
    setRange(orAll(zoomed(shown, factor, at ?? cursor ?? (shown.min + shown.max) / 2, xKind, limits), limits));
  };

  const pointer = usePointer({
    surface,
    cursorAt: (x) => setCursor(places.length === 0 ? undefined : places[nearestIndex(places, x)]),
    leave: () => setCursor(undefined),
    pan: (from, share) => setRange(orAll(panned(from, share, xKind, surface.current!.limits()), surface.current!.limits())),
    zoom,
    reset: () => setRange(undefined),
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !surface.current) return;
    const next = afterKey(event.key, { range, cursor }, { limits: surface.current.limits(), kind: xKind, places });
    if (!next) return;
    event.preventDefault();
    view(next);
    if (next.cursor !== cursor) speak(next.cursor);
  };

  const toggle = (one: string): void => setHidden((before) => (before.has(one) ? new Set([...before].filter((each) => each !== one)) : new Set([...before, one])));
  const current = (index: number) => values?.find((value) => value.id === series[index].id)?.y ?? lastValue(series[index]);
  return (
    <figure class="chart" data-points={points} data-drawn={drawn} data-range={range ? `${range.min}..${range.max}` : "all"} aria-labelledby={`${id}-label`}>
      <figcaption class="chart-head">
        <h3 id={`${id}-label`}>{label}</h3>
        <Legend
          label={label}
          entries={series.map((each, index) => ({ id: each.id, name: each.name, shown: !hidden.has(each.id), value: formatY(current(index)), ...lineStyle(theme, index), ...(each.color ? { color: each.color } : {}), ...(each.dash ? { dash: each.dash } : {}) }))}
          place={cursor === undefined ? "" : `${xLabel} ${formatX(cursor)}`}
          onToggle={toggle}
        />
        <span class="chart-tools">
          <IconButton icon="zoom-in" label={t("Zoom in")} onPress={() => zoom(0.5)} />
          <IconButton icon="zoom-out" label={t("Zoom out")} disabled={!range} onPress={() => zoom(2)} />
          <IconButton icon="screen-full" label={t("Show everything")} disabled={!range} onPress={() => setRange(undefined)} />
          {onSavePicture && <IconButton icon="save" label={t("Save as a picture")} onPress={() => onSavePicture(label, surface.current!.toPng())} />}
        </span>
      </figcaption>
      <div class="chart-area" style={{ blockSize: `${height}px` }} tabIndex={0} role="application" aria-roledescription={t("chart")} aria-labelledby={`${id}-label`} aria-describedby={`${id}-help`} onKeyDown={onKeyDown} {...pointer}>
        <canvas ref={canvas} aria-hidden="true" />
        {points === 0 && <p class="chart-empty quiet">{empty ?? t("Nothing to show yet.")}</p>}
      </div>
      <p id={`${id}-help`} class="screen-reader-only">
        {t("Arrow keys move from point to point, plus and minus zoom, 0 shows everything. The data table below holds the values.")}
      </p>
      <p class="screen-reader-only" aria-live="polite">
        {spoken}
      </p>
      <ChartTable label={label} xLabel={xLabel} curves={visible} formatX={formatX} formatY={formatY} onCopy={onCopy} />
    </figure>
  );
}

function lastValue({ y }: ChartSeries): number {
  for (let i = y.length - 1; i >= 0; i--) if (!Number.isNaN(y[i])) return y[i];
  return Number.NaN;
}

interface PointerSetting {
  readonly surface: { readonly current: ChartSurface | null };
  readonly cursorAt: (x: number) => void;
  readonly leave: () => void;
  readonly pan: (from: Range, share: number) => void;
  readonly zoom: (factor: number, at: number) => void;
  readonly reset: () => void;
}

/** The handlers of the mouse, a finger or a pen. */
function usePointer({ surface, cursorAt, leave, pan, zoom, reset }: PointerSetting) {
  const drag = useRef<{ readonly x: number; readonly range: Range } | undefined>(undefined);
  const placeOf = (event: MouseEvent & { readonly currentTarget: HTMLElement }): number => surface.current!.valueAt(event.clientX - event.currentTarget.getBoundingClientRect().left);
  return {
    onPointerDown: (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { x: event.clientX, range: surface.current!.range() };
    },
    onPointerMove: (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
      if (drag.current && Math.abs(event.clientX - drag.current.x) > 2) pan(drag.current.range, (drag.current.x - event.clientX) / surface.current!.width);
      else cursorAt(placeOf(event));
    },
    onPointerUp: () => (drag.current = undefined),
    onPointerCancel: () => (drag.current = undefined),
    onPointerLeave: () => drag.current ?? leave(),
    onDblClick: reset,
    onWheel: (event: WheelEvent & { readonly currentTarget: HTMLElement }) => {
      // The page scrolls as everywhere, until the chart is what the person works with.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== event.currentTarget) return;
      event.preventDefault();
      zoom(1.0015 ** event.deltaY, placeOf(event));
    },
  };
}
