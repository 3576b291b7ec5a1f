import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Result } from "../../src/protocol/contract.js";
import type { InspectorHostContract } from "../../src/protocol/webview/inspector.js";
import { IconButton } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { visibleText } from "../shared/visible-text.js";
import { fitted, type Label, type MapView, moved, onScreen, type Place, readable, zoomed } from "./map-view.js";

export type MapData = Result<InspectorHostContract, "map">;

export interface MapPictureSetting {
  readonly map: MapData;
  readonly trajectory: boolean;
  /** The step whose places the virtual tokens stand at; null: where they are now. */
  readonly step: number | null;
  readonly pointed: number | null;
  readonly onPoint: (index: number | null) => void;
}

const height = 440;
const longestLabel = 18;

/** The map: dragged, zoomed with Ctrl and the wheel, the buttons or the keyboard. */
export function MapPicture({ map, trajectory, step, pointed, onPoint }: MapPictureSetting) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  const [own, setOwn] = useState<MapView | undefined>();
  const drag = useRef<{ at: Place; view: MapView } | undefined>(undefined);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(200, entry.contentRect.width)));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => setOwn(undefined), [map]);

  const size = { width, height };
  const ways = trajectory ? map.trajectory : [];
  const view = own ?? fitted([...map.virtualTokens, ...map.neighbours, ...ways.flat()], size);
  const place = (point: Place): Place => onScreen(point, view, size);
  const zoom = (factor: number, at: Place = [width / 2, height / 2]): void => setOwn(zoomed(view, factor, at, size));
  const virtual = (map.trajectory[step === null ? -1 : map.steps.indexOf(step)] ?? map.virtualTokens).map(place);
  const near = map.neighbours.map(place);
  const isNear = (i: number): boolean => pointed !== null && map.tokens[i].of.includes(pointed);
  const names = map.tokens.map(({ token }) => shortened(visibleText(token)));
  // What is pointed at is named first, so that nothing else takes its place.
  const order = near.map((_, i) => i).sort((a, b) => Number(isNear(b)) - Number(isNear(a)) || a - b);
  const labels = order.map((i): Label => ({ at: [near[i][0] + 6, near[i][1]], width: 7.2 * names[i].length, must: isNear(i) }));
  const fits = readable(labels, [...virtual, ...near]);
  const shown = new Set(order.filter((_, at) => fits[at]));

  // Ctrl and the wheel (a pinch, too) must not zoom the page; only a listener that is not passive can forbid that.
  useEffect(() => {
    const element = frame.current!;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY / 300), [event.clientX - box.left, event.clientY - box.top]);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    const count = map.virtualTokens.length;
    const arrows: Record<string, Place> = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
    const arrow = arrows[event.key];
    if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") setOwn(undefined);
    else if (event.key === "Escape") onPoint(null);
    else if (arrow && event.shiftKey) setOwn(moved(view, arrow));
    else if (arrow) onPoint(((pointed ?? (arrow[0] + arrow[1] < 0 ? -1 : count)) + (arrow[0] + arrow[1] < 0 ? 1 : -1) + count) % count);
    else return;
    event.preventDefault();
  };

  return (
    <div class="map">
      <div
        ref={frame}
        class="map-frame"
        style={{ blockSize: `${height}px` }}
        tabIndex={0}
        role="application"
        aria-roledescription={t("map")}
        aria-label={t("Map of {0} virtual tokens and {1} tokens of the vocabulary", map.virtualTokens.length, map.tokens.length)}
        aria-describedby="map-help map-said"
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          drag.current = { at: [event.clientX, event.clientY], view };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => drag.current && setOwn(moved(drag.current.view, [event.clientX - drag.current.at[0], event.clientY - drag.current.at[1]]))}
        onPointerUp={() => (drag.current = undefined)}
        onDblClick={() => zoom(1.6)}
      >
        <svg width={width} height={height} aria-hidden="true">
          {ways.length > 1 &&
            virtual.map((_, index) => {
              const line = ways.map((step) => place(step[index]));
              return (
                <g key={`way-${index}`} class={`way${pointed === index ? " pointed" : ""}`}>
                  <polyline points={line.map((point) => point.join(",")).join(" ")} />
                  <circle cx={line[0][0]} cy={line[0][1]} r={2.5} class="begin" />
                </g>
              );
            })}
          {pointed !== null && near.map(([x, y], i) => isNear(i) && <line key={`to-${i}`} class="to-neighbour" x1={virtual[pointed][0]} y1={virtual[pointed][1]} x2={x} y2={y} />)}
          {near.map(([x, y], i) => (
            <g key={`near-${map.tokens[i].id}`} class={`neighbour${isNear(i) ? " pointed" : ""}`}>
              <circle cx={x} cy={y} r={2.5} />
              {shown.has(i) && <text x={x + 6} y={y} dominant-baseline="central" unicode-bidi="isolate-override" direction="ltr">{names[i]}</text>}
            </g>
          ))}
          {inFront(virtual.length, pointed).map((index) => [...virtual[index], index]).map(([x, y, index]) => (
            <g key={`virtual-${index}`} class={`virtual${pointed === index ? " pointed" : ""}`} onPointerEnter={() => onPoint(index)}>
              <circle cx={x} cy={y} r={9} />
              <text x={x} y={y} text-anchor="middle" dominant-baseline="central">{index + 1}</text>
            </g>
          ))}
        </svg>
      </div>
      <div class="map-buttons">
        <IconButton icon="zoom-in" label={t("Zoom In")} onPress={() => zoom(1.25)} />
        <IconButton icon="zoom-out" label={t("Zoom Out")} onPress={() => zoom(0.8)} />
        <IconButton icon="screen-full" label={t("Show All")} onPress={() => setOwn(undefined)} />
      </div>
    </div>
  );
}

/** All virtual tokens, the one that is pointed at last: what is drawn last lies in front. */
function inFront(count: number, pointed: number | null): number[] {
  const rest = Array.from({ length: count }, (_, index) => index).filter((index) => index !== pointed);
  return pointed === null ? rest : [...rest, pointed];
}

function shortened(text: string): string {
  return text.length > longestLabel ? `${text.slice(0, longestLabel - 1)}…` : text;
}
