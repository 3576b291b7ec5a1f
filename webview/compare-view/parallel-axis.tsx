import { useRef } from "preact/hooks";
import type { SettingValue } from "../../src/comparison/configuration.js";
import { placeOn } from "../../src/comparison/sweep.js";
import { t } from "../shared/localization.js";
import { figure } from "../shared/numbers.js";
import { visibleText } from "../shared/visible-text.js";
import { distinctParts } from "./distinct-parts.js";
import { type Brushes, keyStep, settle, withBrush } from "./brushes.js";
import type { DrawnAxis } from "./drawn-axis.js";

export interface AxisSetting {
  readonly drawn: DrawnAxis;
  readonly x: number;
  readonly yOf: (place: number) => number;
  readonly brushes: Brushes;
  readonly onBrush: (brushes: Brushes) => void;
  /** Labels of the last axis stand behind it. */
  readonly end: boolean;
}

/** Pixels around an axis in which the pointer takes hold of it. */
const grip = 26;
/** A drag shorter than this is a click, which chooses the whole axis again. */
const shortestDrag = 4;
const longestLabel = 18;

/** One axis: its title, labels, and the brush with its two ends. */
export function Axis({ drawn, x, yOf, brushes, onBrush, end }: AxisSetting) {
  const { axis, title, full } = drawn;
  const from = useRef<number | undefined>(undefined);
  const [low, high] = brushes.get(axis.key) ?? [0, 1];
  const [top, bottom] = [yOf(1), yOf(0)];
  const labels = labelsOf(drawn);
  const distinct = distinctParts(labels.map(({ text }) => text), longestLabel);
  const placeAt = (event: PointerEvent & { readonly currentTarget: SVGElement }): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, 1 - (event.clientY - box.top) / box.height));
  };
  const change = (ends: readonly [number, number]): void => onBrush(withBrush(brushes, axis.key, ends));
  const drag = (event: PointerEvent & { readonly currentTarget: SVGElement }): void => {
    if (from.current === undefined) return;
    const place = placeAt(event);
    const long = Math.abs(place - from.current) * (bottom - top) >= shortestDrag;
    change(long ? settle(axis, [Math.min(from.current, place), Math.max(from.current, place)]) : [0, 1]);
  };
  return (
    <g class="axis">
      <text x={x} y={16} text-anchor="middle" class="title"><title>{visibleText(full)}</title>{short(title, 20)}</text>
      <line x1={x} x2={x} y1={top} y2={bottom} />
      {labels.map(({ place, text }, at) => (
        <g key={place}>
          <line x1={x - 3} x2={x + 3} y1={yOf(place)} y2={yOf(place)} />
          <text x={end ? x + 10 : x - 10} y={yOf(place)} dy="0.35em" text-anchor={end ? "start" : "end"}><title>{visibleText(text)}</title>{short(distinct[at], longestLabel)}</text>
        </g>
      ))}
      {brushes.has(axis.key) && <rect class="brush" x={x - 7} width={14} y={yOf(high)} height={Math.max(2, yOf(low) - yOf(high))} />}
      <rect
        class="grip"
        x={x - grip / 2}
        width={grip}
        y={top}
        height={bottom - top}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          from.current = placeAt(event);
        }}
        onPointerMove={drag}
        onPointerUp={(event) => {
          drag(event);
          from.current = undefined;
        }}
        onPointerCancel={() => (from.current = undefined)}
      />
      <End which="low" place={low} other={high} {...{ drawn, x, yOf, change }} />
      <End which="high" place={high} other={low} {...{ drawn, x, yOf, change }} />
    </g>
  );
}

interface EndSetting {
  readonly which: "low" | "high";
  readonly place: number;
  readonly other: number;
  readonly drawn: DrawnAxis;
  readonly x: number;
  readonly yOf: (place: number) => number;
  readonly change: (ends: readonly [number, number]) => void;
}

/** One end of a brush: a slider for the keyboard. */
function End({ which, place, other, drawn, x, yOf, change }: EndSetting) {
  const up = which === "high";
  const y = yOf(place) + (up ? -5 : 5);
  const move = (event: KeyboardEvent): void => {
    const step = keyStep(drawn.axis) * (event.key === "ArrowDown" || event.key === "ArrowLeft" || event.key === "PageDown" ? -1 : 1) * (event.key.startsWith("Page") ? 4 : 1);
    const to = event.key === "Home" ? 0 : event.key === "End" ? 1 : /^(Arrow|Page)/.test(event.key) ? place + step : event.key === "Escape" ? (up ? 1 : 0) : undefined;
    if (to === undefined) return;
    event.preventDefault();
    // An end stops at the other one.
    const stopped = up ? Math.max(to, other) : Math.min(to, other);
    change(up ? [other, stopped] : [stopped, other]);
  };
  return (
    <path
      class="end"
      d={up ? `M${x - 6},${y - 5}L${x + 6},${y - 5}L${x},${y + 3}Z` : `M${x - 6},${y + 5}L${x + 6},${y + 5}L${x},${y - 3}Z`}
      // Lower case: attributes of SVG are told apart by it.
      tabindex={0}
      role="slider"
      aria-orientation="vertical"
      aria-label={up ? t("{0}: upper end", visibleText(drawn.full)) : t("{0}: lower end", visibleText(drawn.full))}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(place * 100)}
      aria-valuetext={visibleText(valueAt(drawn, place))}
      onKeyDown={move}
    />
  );
}

/** The names of an axis of names; the values of one of numbers where they are few, else its ends and middle. */
function labelsOf({ axis, values, text }: DrawnAxis): { readonly place: number; readonly text: string }[] {
  if (axis.kind === "categorical") {
    const count = axis.categories.length;
    return axis.categories.map((value, at) => ({ place: count === 1 ? 0.5 : at / (count - 1), text: text(value) }));
  }
  const different = [...new Set(values.filter((value): value is number => typeof value === "number"))].sort((a, b) => a - b);
  const places = different.map((value) => ({ place: placeOn(axis, value), text: text(value) }));
  const apart = places.filter(({ place }, at) => at === 0 || place - places[at - 1].place > 0.06);
  if (different.length <= 8 && apart.length === places.length) return places;
  return [0, 0.25, 0.5, 0.75, 1].map((place) => ({ place, text: valueAt({ axis, text }, place) }));
}

/** What lies at a place of the axis, in words. */
function valueAt({ axis, text }: Pick<DrawnAxis, "axis" | "text">, place: number): string {
  if (axis.kind === "categorical") return text(axis.categories[Math.round(place * (axis.categories.length - 1))]);
  const [low, high] = axis.domain;
  const value: SettingValue = axis.scale === "log" ? low * (high / low) ** place : low + (high - low) * place;
  return axis.key === "result" ? text(value) : figure(value, 3);
}

/** The middle of a long text is left out. */
function short(text: string, most: number): string {
  const shown = [...visibleText(text)];
  return shown.length <= most ? shown.join("") : `${shown.slice(0, most - 7).join("")}…${shown.slice(-6).join("")}`;
}
