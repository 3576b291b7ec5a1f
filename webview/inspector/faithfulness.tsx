import { Button, DataText, Disclosure, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { figure, integer, share } from "../shared/numbers.js";
import type { PromptSubject } from "../../src/protocol/webview/inspector.js";
import type { InspectorState, InspectorStore } from "./store.js";
import { WorkState } from "../shared/work-state.js";

type Found = NonNullable<NonNullable<PromptSubject["kept"]>["faithfulness"]>;

/** How far the nearest tokens explain the prompt; with the caution, always. */
export function FaithfulnessFigure({ state, store, subject }: { readonly state: InspectorState; readonly store: InspectorStore; readonly subject: PromptSubject }) {
  const found = state.faithfulness.value ?? subject.kept?.faithfulness ?? undefined;
  const measurable = subject.source === "run" && store.canLoad;
  return (
    <div class="faithfulness card">
      {found && <Comparison found={found} />}
      <p class="caution">
        <Icon name="warning" />
        <span>
          {t("Nearest tokens can mislead: a prompt that solves its task can lie near to any text, even one about another task (Khashabi et al. 2022, “Prompt Waywardness”).")}{" "}
          {found ? verdict(found) : t("How much of the prompt they explain, a measurement shows: the task with every vector replaced by its nearest token.")}
        </span>
      </p>
      {!found && measurable && state.faithfulness.status === "idle" && <Button onPress={() => void store.measureFaithfulness()}>{t("Measure Faithfulness")}</Button>}
      {!found && !measurable && subject.source !== "run" && <p class="quiet">{t("This prompt has no data of its own to be measured on.")}</p>}
      <WorkState loading={state.faithfulness} label={t("Measuring the prompt, then its nearest tokens")} onCancel={() => store.cancel("faithfulness")} onRetry={() => void store.measureFaithfulness()} />
      {found && (
        <Disclosure title={t("The nearest tokens as a text")} note={found.retokenizesAlike ? undefined : t("typed in, it makes other tokens")}>
          {() => <p class="hard-prompt"><DataText text={found.hardPrompt} lines /></p>}
        </Disclosure>
      )}
    </div>
  );
}

/** The measure both are compared by: accuracy, span F1, ROUGE-L, or the loss. */
function compared({ learned, hardened }: Found): { name: string; learned: number | null; hardened: number | null; isShare: boolean } {
  if (learned.accuracy !== undefined) return { name: t("Accuracy"), learned: learned.accuracy, hardened: hardened.accuracy ?? null, isShare: true };
  if (learned.spanF1 !== undefined) return { name: t("Span F1"), learned: learned.spanF1, hardened: hardened.spanF1 ?? null, isShare: true };
  if (learned.rougeL !== undefined) return { name: t("ROUGE-L"), learned: learned.rougeL, hardened: hardened.rougeL ?? null, isShare: true };
  return { name: t("Loss"), learned: learned.loss ?? null, hardened: hardened.loss ?? null, isShare: false };
}

function Comparison({ found }: { readonly found: Found }) {
  const { name, learned, hardened, isShare } = compared(found);
  const told = (value: number | null): string => (isShare ? share(value) : figure(value));
  const largest = isShare ? 1 : Math.max(learned ?? 0, hardened ?? 0, Number.MIN_VALUE);
  const bars = [
    { label: t("Learned prompt"), value: learned, kind: "learned" },
    { label: t("Its nearest tokens in its place"), value: hardened, kind: "hardened" },
  ];
  return (
    <table class="bars">
      <caption>{t("{0} on {1} held-out rows", name, integer(found.learned.items))}</caption>
      <tbody>
        {bars.map(({ label, value, kind }) => (
          <tr key={kind}>
            <th scope="row">{label}</th>
            <td class="bar-cell" aria-hidden="true"><span class={`bar ${kind}`} style={{ inlineSize: `${(100 * Math.max(0, value ?? 0)) / largest}%` }} /></td>
            <td class="number">{told(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function verdict(found: Found): string {
  const { learned, hardened, isShare } = compared(found);
  if (learned === null || hardened === null || !isShare) return "";
  const lost = learned - hardened;
  if (lost > 0.02) return t("Here they do not explain it: as words, {0} points are lost.", figure(lost * 100, 2));
  return t("Here, as words, they do as well as the learned prompt.");
}
