import { Button, DataText, Icon, TextArea } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { slotsOf } from "./names.js";
import { canAnswer, type PlaygroundState } from "./state.js";
import type { PlaygroundStore } from "./store.js";

/** The texts that go into the template, one field a slot, and examples for who has none at hand. */
export function Inputs({ state, store }: { readonly state: PlaygroundState; readonly store: PlaygroundStore }) {
  const slots = slotsOf(state.prompts);
  const mac = navigator.platform.startsWith("Mac");
  return (
    <section class="inputs" aria-label={t("Text")}>
      <div class={slots.length > 1 ? "fields several" : "fields"}>
        {slots.map((slot) => (
          <TextArea key={slot} label={slot} rows={slots.length > 1 ? 3 : 4} value={state.fields[slot] ?? ""} placeholder={t("Type or paste a text")} onInput={(text) => store.change({ [slot]: text })} />
        ))}
      </div>
      <div class="row actions">
        {state.answering ? (
          <Button appearance="primary" icon="debug-stop" onPress={() => store.stop()}>{t("Stop")}</Button>
        ) : (
          <Button appearance="primary" icon="send" disabled={!canAnswer(state)} onPress={() => void store.answer()}>{t("Answer")}</Button>
        )}
        {!state.answering && <span class="quiet"><kbd>{mac ? "⌘" : "Ctrl"}</kbd> <kbd>{mac ? "⏎" : "Enter"}</kbd></span>}
        {state.expected !== null && (
          <span class="expected">
            <Icon name="target" /> {t("The data says:")} <strong><DataText text={state.expected} /></strong>
          </span>
        )}
      </div>
      {state.examples.length > 0 && <Examples state={state} store={store} />}
    </section>
  );
}

function Examples({ state, store }: { readonly state: PlaygroundState; readonly store: PlaygroundStore }) {
  const slots = slotsOf(state.prompts);
  return (
    <div class="examples">
      <p class="quiet" id="examples-title">{t("Examples to try, from held-out rows:")}</p>
      <ul aria-labelledby="examples-title">
        {state.examples.map(({ fields, expected }, index) => (
          <li key={index}>
            <button type="button" class="example" disabled={state.answering} onClick={() => void store.use(fields, expected)}>
              <DataText text={excerpt(slots.flatMap((slot) => fields[slot] ?? []).join(" · "))} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The beginning of a text, for a button. */
export function excerpt(text: string, most = 70): string {
  const characters = [...text.replace(/\s+/gu, " ").trim()];
  return characters.length <= most ? characters.join("") : `${characters.slice(0, most - 1).join("")}…`;
}
