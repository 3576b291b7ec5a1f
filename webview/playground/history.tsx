import { Button, DataText, Disclosure } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { excerpt } from "./inputs.js";
import { slotsOf } from "./names.js";
import type { PlaygroundState } from "./state.js";
import type { PlaygroundStore } from "./store.js";

/** Earlier texts and what was said to them; a press asks again. */
export function History({ state, store }: { readonly state: PlaygroundState; readonly store: PlaygroundStore }) {
  if (state.history.length === 0) return null;
  const slots = slotsOf(state.prompts);
  return (
    <Disclosure title={t("Earlier texts")} note={`(${state.history.length})`}>
      {() => (
        <>
          <ol class="history">
            {state.history.map(({ fields, answers }) => (
              <li key={JSON.stringify(fields)}>
                <button type="button" class="example" disabled={state.answering} onClick={() => void store.use(fields)}>
                  <DataText text={excerpt(slots.flatMap((slot) => fields[slot] ?? []).join(" · "), 100)} />
                </button>
                <span class="quiet">
                  {answers.map(({ name, answer }, index) => (
                    <span key={index} class="earlier">{name}: <DataText text={excerpt(answer, 40)} /></span>
                  ))}
                </span>
              </li>
            ))}
          </ol>
          <Button icon="trash" onPress={() => store.clearHistory()}>{t("Clear")}</Button>
        </>
      )}
    </Disclosure>
  );
}
