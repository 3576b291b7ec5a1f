import { useState } from "preact/hooks";
import type { PromptSubject } from "../../src/protocol/webview/inspector.js";
import { Button } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { figure, integer, share, signed } from "../shared/numbers.js";
import { Choice } from "./choice.js";
import type { InspectorState, InspectorStore, TokenImportance } from "./store.js";
import { TokenChip } from "./token-chip.js";
import { WorkState } from "../shared/work-state.js";

type Order = "place" | "worth";

/** What the task loses without each virtual token; measured when asked for. */
export function ImportanceSection({ state, store, subject }: { readonly state: InspectorState; readonly store: InspectorStore; readonly subject: PromptSubject }) {
  const [order, setOrder] = useState<Order>("place");
  const { importance } = state;
  const { value } = importance;
  const tokens = importance.status === "done" && value ? value.tokens : state.importanceSoFar;
  return (
    <section aria-labelledby="importance-heading">
      <h2 id="importance-heading">{t("Importance")}</h2>
      <p class="quiet">
        {t("What the task loses when one virtual token is left out: its vector is replaced by the mean of the vocabulary's embeddings, which says nothing. (Taken out altogether, it would move every text behind it.)")}
      </p>
      {subject.source !== "run" && <p class="empty">{t("This prompt has no data of its own to be measured on.")}</p>}
      {subject.source === "run" && importance.status === "idle" && (
        <div class="row">
          <Button disabled={!store.canLoad} onPress={() => void store.measureImportance()}>{t("Measure Importance")}</Button>
          <span class="quiet">{t("{0} evaluations on at most 64 held-out rows", subject.virtualTokens + 1)}</span>
        </div>
      )}
      <WorkState loading={importance} label={t("Leaving out virtual token {0} of {1}", Math.min(tokens.length + 1, subject.virtualTokens), subject.virtualTokens)} onCancel={() => store.cancel("importance")} onRetry={() => void store.measureImportance()} />
      {tokens.length > 0 && (
        <>
          {importance.status === "done" && value && (
            <div class="row controls">
              <Choice label={t("Order")} value={order} onChange={setOrder} options={[{ value: "place", text: t("By place") }, { value: "worth", text: t("By importance") }]} />
              <span class="quiet">
                {value.accuracy === null
                  ? t("{0} of {1} {2} rows; loss with the whole prompt {3}", value.rows, integer(value.of), splitName(value.split), figure(value.loss))
                  : t("{0} of {1} {2} rows; with the whole prompt, accuracy {3} and loss {4}", value.rows, integer(value.of), splitName(value.split), share(value.accuracy), figure(value.loss))}
              </span>
            </div>
          )}
          <ImportanceBars tokens={order === "worth" ? [...tokens].sort((a, b) => b.lossChange - a.lossChange) : tokens} state={state} store={store} subject={subject} />
          <p class="said">{verdict(tokens)}</p>
        </>
      )}
    </section>
  );
}

function ImportanceBars({ tokens, state, store, subject }: { readonly tokens: readonly TokenImportance[]; readonly state: InspectorState; readonly store: InspectorStore; readonly subject: PromptSubject }) {
  const reach = (token: TokenImportance): [number, number] => [token.lossChange - token.standardError, token.lossChange + token.standardError];
  const low = Math.min(0, ...tokens.map((token) => reach(token)[0]));
  const high = Math.max(0, ...tokens.map((token) => reach(token)[1]));
  const at = (value: number): number => (high > low ? (100 * (value - low)) / (high - low) : 0);
  const near = state.neighbours.value?.tokens ?? subject.kept?.tokens;
  const withAccuracy = tokens.some(({ accuracyChange }) => accuracyChange !== null);
  return (
    <div class="table-frame" tabIndex={0} role="group" aria-label={t("Importance of each virtual token")} onMouseLeave={() => store.point(null)}>
      <table class="importance">
        <thead>
          <tr>
            <th scope="col" class="number">#</th>
            <th scope="col" aria-hidden="true" />
            <th scope="col" class="number" title={t("Mean over the rows, in nats, with its standard error")}>{t("Loss without it")}</th>
            {withAccuracy && <th scope="col" class="number">{t("Accuracy")}</th>}
            {withAccuracy && <th scope="col" class="number" title={t("Rows that are answered differently without it")}>{t("Answers changed")}</th>}
            {near && <th scope="col">{t("Nearest")}</th>}
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.index} class={state.pointed === token.index ? "pointed" : undefined} onMouseEnter={() => store.point(token.index)}>
              <th scope="row" class="number">{token.index + 1}</th>
              <td class="bar-cell" aria-hidden="true">
                <span class={`bar${token.lossChange < 0 ? " negative" : ""}${certain(token) ? "" : " uncertain"}`} style={{ insetInlineStart: `${at(Math.min(0, token.lossChange))}%`, inlineSize: `${at(Math.abs(token.lossChange)) - at(0)}%` }} />
                <span class="whisker" style={{ insetInlineStart: `${at(reach(token)[0])}%`, inlineSize: `${at(reach(token)[1]) - at(reach(token)[0])}%` }} />
              </td>
              <td class="number">{signed(token.lossChange)} <span class="quiet">± {figure(token.standardError, 2)}</span></td>
              {withAccuracy && <td class="number">{signed((token.accuracyChange ?? 0) * 100, 1)}</td>}
              {withAccuracy && <td class="number">{integer(token.changedAnswers)}</td>}
              {near && <td>{near[token.index]?.cosine[0] && <TokenChip token={near[token.index].cosine[0].token} />}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** More than two standard errors from nothing. */
function certain({ lossChange, standardError }: TokenImportance): boolean {
  return Math.abs(lossChange) > 2 * standardError;
}

function verdict(tokens: readonly TokenImportance[]): string {
  const helping = tokens.filter((token) => certain(token) && token.lossChange > 0);
  const most = [...helping].sort((a, b) => b.lossChange - a.lossChange).slice(0, 3);
  if (helping.length === 0) return t("No virtual token alone makes a difference that these rows can show: what the prompt knows is spread over them.");
  return t("{0} of {1} virtual tokens help by more than two standard errors; the most: {2}.", helping.length, tokens.length, most.map(({ index }) => index + 1).join(", "));
}

function splitName(split: "validation" | "test"): string {
  return split === "test" ? t("test") : t("validation");
}
