import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { PromptSubject } from "../../src/protocol/webview/inspector.js";
import { t } from "../shared/localization.js";
import { figure, integer } from "../shared/numbers.js";
import { normAxis, outliersOf } from "./norm-figures.js";
import type { InspectorState, InspectorStore } from "./store.js";

const height = 132;
const baseline = 92;

/** The vectors' lengths below the vocabulary's, the ordinary range marked. */
export function NormsSection({ state, store, subject }: { readonly state: InspectorState; readonly store: InspectorStore; readonly subject: PromptSubject }) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(420);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(160, entry.contentRect.width)));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  const vocabulary = state.neighbours.value?.vocabulary;
  const kept = subject.kept?.vocabularyNorms;
  const ordinary = vocabulary?.ordinary ?? (kept && { low: percentile(kept, 0.1), high: percentile(kept, 99.9) });
  const bins = vocabulary?.histogram;
  const norms = state.at === null ? subject.norms : (state.timeline.value?.steps[state.at]?.norms ?? subject.norms);
  // The axis of the kept prompt, too: it stays while the timeline is gone through.
  const axis = normAxis([...norms, ...subject.norms, ...(bins ? [bins.from || norms[0], bins.to] : []), ...(ordinary ? [ordinary.low, ordinary.high] : [])], width);
  const tallest = Math.max(1, ...(bins?.counts ?? []));
  const edge = (i: number): number => bins!.from + ((bins!.to - bins!.from) * i) / bins!.counts.length;
  return (
    <section aria-labelledby="norms-heading">
      <h2 id="norms-heading">{t("Norms")}</h2>
      <div ref={frame} class="norms" role="img" aria-label={words(norms, ordinary)}>
        <svg width={width} height={height} aria-hidden="true">
          {ordinary && <rect class="ordinary" x={axis.place(ordinary.low)} y={4} width={Math.max(1, axis.place(ordinary.high) - axis.place(ordinary.low))} height={baseline - 4} />}
          {bins?.counts.map((count, i) => {
            const left = axis.place(edge(i));
            // The square root, so that few tokens can be seen beside many.
            const tall = (baseline - 14) * Math.sqrt(count / tallest);
            return count > 0 && <rect key={i} class="bin" x={left} y={baseline - tall} width={Math.max(0.5, axis.place(edge(i + 1)) - left - 0.5)} height={tall} />;
          })}
          <line class="axis" x1={0} x2={width} y1={baseline} y2={baseline} />
          {axis.ticks.map((tick) => (
            <text key={tick} class="tick" x={axis.place(tick)} y={height - 6} text-anchor="middle">{figure(tick, 3)}</text>
          ))}
          {norms.map((norm, index) => (
            <g key={index} class={`norm${state.pointed === index ? " pointed" : ""}`} onPointerEnter={() => store.point(index)}>
              <line x1={axis.place(norm)} x2={axis.place(norm)} y1={baseline + 2} y2={baseline + 18} />
              <title>{t("Virtual token {0}: {1}", index + 1, figure(norm, 3))}</title>
            </g>
          ))}
        </svg>
      </div>
      <p class="legend-line quiet">
        {bins && <span><span class="swatch bin" /> {t("{0} tokens of the vocabulary (heights by their square root)", integer(vocabulary!.norms.count))}</span>}
        <span><span class="swatch norm" /> {t("virtual tokens")}</span>
        {ordinary && <span><span class="swatch ordinary" /> {t("where 99.8% of the vocabulary lies")}</span>}
        {axis.logarithmic && <span>{t("logarithmic axis")}</span>}
      </p>
      <p class="said">{words(norms, ordinary)}</p>
    </section>
  );
}

function percentile({ percentiles, minimum, maximum }: NonNullable<PromptSubject["kept"]>["vocabularyNorms"], percent: number): number {
  return percentiles.find((each) => each.percent === percent)?.norm ?? (percent < 50 ? minimum : maximum);
}

function words(norms: readonly number[], ordinary: { readonly low: number; readonly high: number } | undefined): string {
  const range = t("The {0} vectors have norms from {1} to {2}.", norms.length, figure(Math.min(...norms), 3), figure(Math.max(...norms), 3));
  if (!ordinary) return range;
  const { above, below, times } = outliersOf(norms, ordinary);
  const places = (indices: readonly number[]): string => indices.slice(0, 12).map((index) => index + 1).join(", ") + (indices.length > 12 ? ", …" : "");
  const usual = t("The vocabulary's ordinary range is {0} to {1}.", figure(ordinary.low, 3), figure(ordinary.high, 3));
  if (above.length === 0 && below.length === 0) return `${range} ${usual} ${t("All of them lie within it.")}`;
  const parts = [range, usual];
  if (above.length > 0) parts.push(above.length === norms.length ? t("All of them are longer than that, up to {0} times.", figure(times, 2)) : t("{0} of them are longer than that, up to {1} times: {2}.", above.length, figure(times, 2), places(above)));
  if (below.length > 0) parts.push(t("{0} of them are shorter than that: {1}.", below.length, places(below)));
  return parts.join(" ");
}
