import { useState } from "preact/hooks";
import type { TokenLengths } from "../../src/data/quality/token-lengths.js";
import { Button, DataTable, Disclosure, Select, TextField } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { fixed, integer, share } from "../shared/numbers.js";
import { WorkState } from "../shared/work-state.js";
import { BackboneChoice } from "./backbone-choice.js";
import type { TabSetting } from "./tab-setting.js";

/** A template's usual limit for a text. */
const usualLimit = 128;

/** How long the texts are in tokens of a backbone, and how many a limit would cut. */
export function LengthsTab({ state, store }: TabSetting) {
  const { columns } = state.opening.value!.dataset!;
  const limits = Object.values(store.setting?.maxTokens ?? {});
  const [limit, setLimit] = useState(String(limits[0] ?? usualLimit));
  const asked = /^[1-9]\d{0,5}$/.test(limit.trim()) ? Number(limit) : undefined;
  const measure = () => void store.measureLengths(asked === undefined ? [] : [asked]);
  const { value } = state.lengths;
  return (
    <>
      <div class="row filters">
        <BackboneChoice state={state} store={store} />
        <Select label={t("Column")} value={store.lengthColumn ?? ""} options={columns.map(({ name }) => ({ value: name, text: name }))} onChange={(column) => store.chooseColumn(column)} />
        <TextField label={t("Most tokens")} value={limit} onInput={setLimit} placeholder={t("no limit")} />
        <Button appearance="primary" disabled={store.backbone === undefined || state.lengths.status === "loading"} onPress={measure}>{t("Measure Lengths")}</Button>
      </div>
      {!value && state.lengths.status === "idle" && <p class="quiet">{t("The backbone's own tokens are counted; a backbone that is not on this machine yet is downloaded first.")}</p>}
      <WorkState loading={state.lengths} label={t("Counting tokens")} onCancel={() => store.cancel("lengths")} onRetry={measure} />
      {value && <Lengths lengths={value.lengths} contextLength={value.contextLength} />}
    </>
  );
}

function Lengths({ lengths, contextLength }: { readonly lengths: TokenLengths; readonly contextLength: number }) {
  const { quantiles, histogram, truncated, sampled, counted, rows, mean } = lengths;
  if (!quantiles) return <p class="empty">{t("The column has no texts.")}</p>;
  return (
    <section aria-label={t("Lengths in tokens")} data-counted={counted}>
      <p>
        {sampled ? t("{0} of {1} texts, drawn at random.", integer(counted), integer(rows)) : t("{0} texts.", integer(counted))} {t("Half of them have at most {0} tokens, 95% at most {1}; the longest has {2}.", fixed(quantiles.median, 0), fixed(quantiles.q95, 0), integer(quantiles.most))}
      </p>
      <ul class="facts">
        {truncated.map(({ limit, count, share: part }) => (
          <li key={limit} data-limit={limit} data-cut={count}>
            {limit === contextLength ? t("longer than the backbone's context of {0}: {1} ({2})", integer(limit), integer(count), share(part)) : t("cut at {0} tokens: {1} ({2})", integer(limit), integer(count), share(part))}
          </li>
        ))}
      </ul>
      <Histogram histogram={histogram} limit={truncated.find(({ limit }) => limit !== contextLength)?.limit} />
      <Disclosure title={t("Figures")} note={t("mean {0}", fixed(mean, 1))}>
        {() => (
          <DataTable
            caption={t("Texts by their length in tokens")}
            captionHidden
            rows={histogram}
            rowKey={({ from }) => from}
            columns={[
              { key: "tokens", title: t("Tokens"), cell: ({ from, to }) => (from === to ? integer(from) : t("{0} to {1}", integer(from), integer(to))) },
              { key: "count", title: t("Texts"), number: true, cell: ({ count }) => integer(count) },
            ]}
          />
        )}
      </Disclosure>
    </section>
  );
}

/** Bars of equal width; what a limit would cut has another pattern. */
function Histogram({ histogram, limit }: { readonly histogram: TokenLengths["histogram"]; readonly limit: number | undefined }) {
  const most = Math.max(1, ...histogram.map(({ count }) => count));
  const [first, last] = [histogram[0], histogram.at(-1)];
  if (!first || !last) return null;
  return (
    <figure class="histogram" role="img" aria-label={t("Histogram of the lengths, from {0} to {1} tokens; the figures are below.", integer(first.from), integer(last.to))}>
      <div class="histogram-bars" aria-hidden="true">
        {histogram.map(({ from, to, count }) => (
          <span key={from} class={limit !== undefined && from > limit ? "cut" : undefined} title={`${integer(from)}–${integer(to)}: ${integer(count)}`} style={{ blockSize: `${(count / most) * 100}%` }} />
        ))}
      </div>
      <figcaption class="row spread quiet number" aria-hidden="true">
        <span>{integer(first.from)}</span>
        <span>{t("tokens")}</span>
        <span>{integer(last.to)}</span>
      </figcaption>
    </figure>
  );
}
