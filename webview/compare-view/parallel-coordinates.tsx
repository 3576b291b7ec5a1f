import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../shared/localization.js";
import { visibleText } from "../shared/visible-text.js";
import { Axis } from "./parallel-axis.js";
import { type Brushes, insideBrushes, placeOf } from "./brushes.js";
import type { DrawnAxis } from "./drawn-axis.js";

export interface ParallelSetting {
  /** The last one is the result. */
  readonly axes: readonly DrawnAxis[];
  readonly names: readonly string[];
  readonly lowerIsBetter: boolean;
  readonly brushes: Brushes;
  readonly onBrush: (brushes: Brushes) => void;
}

export const picture = { height: 300, top: 44, bottom: 26, side: 104 } as const;
const least = 130;

/** A line a run, through its value on every axis; what the brushes leave out is faint. */
export function ParallelCoordinates({ axes, names, lowerIsBetter, brushes, onBrush }: ParallelSetting) {
  const frame = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(900);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setRoom(Math.floor(entry.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const width = Math.max(room, 2 * picture.side + least * (axes.length - 1));
  const xOf = (at: number): number => picture.side + (at * (width - 2 * picture.side)) / (axes.length - 1);
  const yOf = (place: number): number => picture.top + (1 - place) * (picture.height - picture.top - picture.bottom);
  const outcome = axes[axes.length - 1];
  const runs = names.map((name, run) => ({ name, run, chosen: insideBrushes(axes, brushes, run), result: placeOf(outcome.axis, outcome.values[run]) }));
  // What is chosen lies above the rest, the best above the others.
  const worth = ({ result }: (typeof runs)[number]): number => (result === undefined ? -1 : lowerIsBetter ? 1 - result : result);
  const drawn = runs.toSorted((a, b) => Number(a.chosen) - Number(b.chosen) || worth(a) - worth(b));
  const pathOf = (run: number): string => {
    const points = axes.flatMap(({ axis, values }, at) => {
      const place = placeOf(axis, values[run]);
      return place === undefined ? [] : [`${xOf(at)},${yOf(place)}`];
    });
    return `M${points.join("L")}`;
  };
  return (
    <div class="parallel" ref={frame} tabIndex={-1}>
      <svg width={width} height={picture.height} role="group" aria-label={t("Parallel coordinates: a line a run, through its settings to its result. The table below holds the same.")}>
        <g>
          {drawn.map((each) => (
            <path key={each.run} d={pathOf(each.run)} class={`line${each.chosen ? " chosen" : ""}${each.chosen && each.result === undefined ? " unmeasured" : ""}`} style={{ stroke: each.chosen ? strokeOf(worth(each)) : undefined }}>
              <title>{visibleText(`${each.name}: ${axes.map(({ full, text, values }) => `${full} ${text(values[each.run])}`).join(", ")}`)}</title>
            </path>
          ))}
        </g>
        {axes.map((axis, at) => (
          <Axis key={axis.axis.key} drawn={axis} x={xOf(at)} yOf={yOf} brushes={brushes} onBrush={onBrush} end={at === axes.length - 1} />
        ))}
      </svg>
      <div class="legend" aria-hidden="true">
        <span class="quiet">{t("worst")}</span>
        <span class="scale" />
        <span class="quiet">{t("best")}</span>
      </div>
    </div>
  );
}

/** From the worst result's colour to the best's; a run without a result is quiet. */
function strokeOf(worth: number): string {
  if (worth < 0) return "var(--vscode-descriptionForeground)";
  return `color-mix(in oklab, var(--best) ${Math.round(worth * 100)}%, var(--worst))`;
}
