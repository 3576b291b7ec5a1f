import { useState } from "preact/hooks";
import { nearnessMetrics } from "../../src/inspection/nearness.js";
import type { PromptSubject } from "../../src/protocol/webview/inspector.js";
import { Button, Checkbox } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { figure, integer } from "../shared/numbers.js";
import { Choice } from "./choice.js";
import { FaithfulnessFigure } from "./faithfulness.js";
import { type NearestRow, nearestRows, rowsAsCsv, rowsAsText } from "./nearest-rows.js";
import type { InspectorState, InspectorStore } from "./store.js";
import { TimelineSlider } from "./timeline-slider.js";
import { TokenChip } from "./token-chip.js";
import { metricMeaning, metricName, nearness } from "./words.js";

/** Neighbours of a row until the person asks for all. */
const few = 5;

export function NearestSection({ state, store, subject }: { readonly state: InspectorState; readonly store: InspectorStore; readonly subject: PromptSubject }) {
  const [all, setAll] = useState(false);
  const { metric } = state.memory;
  const timeline = state.timeline.value;
  const rows = nearestRows(subject, state.neighbours.value, timeline, state.at, metric);
  const known = rows.some(({ near }) => near.length > 0);
  const most = Math.max(0, ...rows.map(({ near }) => near.length));
  const step = state.at === null ? null : (timeline?.steps[state.at].step ?? null);
  return (
    <section aria-labelledby="nearest-heading">
      <h2 id="nearest-heading">{t("Nearest tokens")}</h2>
      <FaithfulnessFigure state={state} store={store} subject={subject} />
      <div class="row controls">
        <Choice label={t("Nearness is measured by")} value={metric} onChange={(chosen) => store.setMetric(chosen)} options={nearnessMetrics.map((value) => ({ value, text: metricName(value), hint: metricMeaning(value) }))} />
        {most > few && <Checkbox checked={all} onChange={setAll}>{t("All {0}", most)}</Checkbox>}
        <span class="spring" />
        {known && (
          <>
            <Button icon="copy" onPress={() => store.copy(rowsAsText(rows, all ? most : few, (value) => nearness(metric, value)), t("The nearest tokens are on the clipboard."))}>{t("Copy")}</Button>
            <Button icon="copy" onPress={() => store.copy(rowsAsCsv(rows, metric, step), t("The nearest tokens are on the clipboard, as CSV."))}>{t("Copy as CSV")}</Button>
          </>
        )}
      </div>
      <p class="quiet">{metricMeaning(metric)}</p>
      <TimelineSlider state={state} store={store} subject={subject} />
      {known ? <NearestTable rows={rows} most={all ? most : few} state={state} store={store} /> : <p class="empty">{t("What the vectors lie near to is seen beside the backbone's vocabulary.")}</p>}
    </section>
  );
}

function NearestTable({ rows, most, state, store }: { readonly rows: readonly NearestRow[]; readonly most: number; readonly state: InspectorState; readonly store: InspectorStore }) {
  const { metric } = state.memory;
  const withWay = rows.some(({ start }) => start !== null);
  // A run made before there were snapshots has lost its first steps.
  const first = integer(state.timeline.value?.steps[0]?.step ?? 0);
  return (
    <div class="table-frame nearest" tabIndex={0} role="group" aria-label={t("Nearest tokens of each virtual token")} onMouseLeave={() => store.point(null)}>
      <table>
        <thead>
          <tr>
            <th scope="col" class="number"><abbr title={t("Number of the virtual token")}>#</abbr></th>
            <th scope="col" class="number" title={t("Euclidean length of the vector")}>{t("Norm")}</th>
            {withWay && <th scope="col" class="number" title={t("Distance from where it was at step {0}", first)}>{t("Moved")}</th>}
            {withWay && <th scope="col">{t("At step {0}", first)}</th>}
            <th scope="col">{t("Nearest, with {0}", metricName(metric).toLocaleLowerCase())}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ index, norm, moved, near, start }) => (
            <tr key={index} class={state.pointed === index ? "pointed" : undefined} onMouseEnter={() => store.point(index)}>
              <th scope="row" class="number">{index + 1}</th>
              <td class="number">{figure(norm, 3)}</td>
              {withWay && <td class="number">{figure(moved, 3)}</td>}
              {withWay && <td>{start && <TokenChip token={start.token} />}</td>}
              <td>
                <ol class="near">
                  {near.slice(0, most).map(({ id, token, value }) => (
                    <li key={id} title={t("Token {0}", id)}>
                      <TokenChip token={token} /> <span class="number quiet">{nearness(metric, value)}</span>
                    </li>
                  ))}
                </ol>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
