import { useEffect, useRef, useState } from "preact/hooks";
import { Button, Checkbox, DataText, Icon, IconButton, Select } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { share } from "../shared/numbers.js";
import { Card } from "./card.js";
import { History } from "./history.js";
import { Inputs } from "./inputs.js";
import { promptName, taskKey } from "./names.js";
import { FetchState, Opening } from "./opening.js";
import { ProblemText } from "./problem.js";
import { type Column, columnsOf, isStale, type PlaygroundState } from "./state.js";
import type { PlaygroundStore } from "./store.js";

export interface PlaygroundSetting {
  readonly store: PlaygroundStore;
  readonly nameOf: (column: Column) => string;
}

/** The whole page. */
export function Playground({ store, nameOf }: PlaygroundSetting) {
  const [state, setState] = useState(store.state);
  useEffect(() => store.subscribe(() => setState(store.state)), [store]);
  const open = state.phase === "open";
  useFirstFocus(open);
  return (
    <>
      <header class="page-head">
        <h1>{t("Playground")}</h1>
        {state.backbone && (
          <p class="quiet">
            {t("on")} <strong><DataText text={state.backbone.name} /></strong>{t(", frozen")}
          </p>
        )}
        {open && <Button icon="add" disabled={state.answering} onPress={() => void store.add()}>{t("Add Prompt…")}</Button>}
      </header>
      {open ? <Opened store={store} state={state} nameOf={nameOf} /> : <Opening state={state} store={store} />}
      <p class="screen-reader-only" role="status" aria-live="polite">{announcement(state, nameOf)}</p>
    </>
  );
}

function Opened({ state, store, nameOf }: PlaygroundSetting & { readonly state: PlaygroundState }) {
  const columns = columnsOf(state);
  return (
    <>
      <Inputs state={state} store={store} />
      {state.problem && <ProblemText problem={state.problem} />}
      {state.refused.map(({ reference, name, error }) => (
        <div key={reference} class="refused card">
          <ProblemText problem={error} quiet>
            <Button onPress={() => void store.command({ command: "tryPrompt", prompt: reference })}>{t("Open Its Own Playground")}</Button>
          </ProblemText>
          <IconButton icon="close" label={t("Dismiss the message about {0}", name)} onPress={() => store.dismissRefused(reference)} />
        </div>
      ))}
      <Compare state={state} store={store} />
      {state.fetching && <FetchState at={state.fetching} />}
      {isStale(state) && <p class="stale quiet"><Icon name="info" /> {t("The text has changed since these answers.")}</p>}
      <div class="contestants">
        {columns.map((column) => (
          <Card key={column.key} column={column} name={nameOf(column)} state={state} store={store} />
        ))}
      </div>
      <History state={state} store={store} />
    </>
  );
}

/** Who stands beside the learned prompts. */
function Compare({ state, store }: { readonly state: PlaygroundState; readonly store: PlaygroundStore }) {
  const tasks = [...new Map(state.prompts.map((prompt) => [taskKey(prompt), prompt])).values()];
  return (
    <fieldset class="compare row">
      <legend class="screen-reader-only">{t("Compare with")}</legend>
      <span aria-hidden="true">{t("Compare with")}</span>
      <Checkbox checked={state.withNone} onChange={(withNone) => store.configure({ withNone })}>{t("No prompt")}</Checkbox>
      <Checkbox checked={state.withHard} onChange={(withHard) => store.configure({ withHard })}>{t("Hard prompt")}</Checkbox>
      {tasks.length > 1 && (state.withNone || state.withHard) && (
        <Select
          label={t("asked with the task of")}
          value={state.task ?? tasks[0].reference}
          options={tasks.map((prompt) => ({ value: prompt.reference, text: `${promptName(prompt).name} ${promptName(prompt).id}`.trim() }))}
          onChange={(task) => store.configure({ task })}
        />
      )}
    </fieldset>
  );
}

/** For screen readers: one sentence when all have answered, not one a token. */
function announcement(state: PlaygroundState, nameOf: (column: Column) => string): string {
  if (state.phase === "opening") return t("The backbone is loading.");
  if (state.answering) return t("Answering.");
  if (state.asked === null) return "";
  return columnsOf(state)
    .flatMap((column) => {
      const outcome = state.outcomes[column.key];
      if (outcome?.status === "failed") return [t("{0} could not answer.", nameOf(column))];
      if (outcome?.status !== "answered") return [];
      const { result } = outcome.answer;
      if (result.type === "generation") return [t("{0} says: {1}.", nameOf(column), result.text)];
      const sure = result.probabilities.find(({ label }) => label === result.predicted)?.probability;
      return [t("{0} says: {1}, {2}.", nameOf(column), result.predicted, share(sure, 0))];
    })
    .join(" ");
}

/** The first field gets the focus when the page opens, unless the person is somewhere already. */
function useFirstFocus(open: boolean): void {
  const done = useRef(false);
  useEffect(() => {
    if (!open || done.current) return;
    done.current = true;
    if (document.activeElement === null || document.activeElement === document.body) document.querySelector<HTMLElement>(".fields vscode-text-area")?.focus();
  }, [open]);
}
