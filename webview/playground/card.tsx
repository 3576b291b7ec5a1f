import { Button, DataText, IconButton, TextArea } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import { ClassificationView, Figures, GeneratedText, GenerationView } from "./answer-view.js";
import { promptName } from "./names.js";
import { ProblemText } from "./problem.js";
import { TemplateView } from "./template-view.js";
import { type Column, isAsked, type Outcome, type PlaygroundState } from "./state.js";
import type { PlaygroundStore } from "./store.js";

export interface CardSetting {
  readonly column: Column;
  readonly name: string;
  readonly state: PlaygroundState;
  readonly store: PlaygroundStore;
}

/** One contestant: who it is, what it says. */
export function Card({ column, name, state, store }: CardSetting) {
  const outcome = state.outcomes[column.key];
  const busy = outcome?.status === "waiting" || outcome?.status === "answering";
  return (
    <article class={`card contestant ${column.contestant.kind}`} aria-label={name} aria-busy={busy}>
      <Head column={column} name={name} state={state} store={store} />
      {column.contestant.kind === "hard" ? (
        <TextArea label={t("Words")} rows={2} value={state.hardText} placeholder={t("Answer yes if …, otherwise no.")} onInput={(hardText) => store.configure({ hardText })} />
      ) : (
        <TemplateView prompt={column.prompt} soft={column.contestant.kind === "soft"} />
      )}
      <div class="answer">
        <OutcomeView column={column} outcome={outcome} state={state} />
      </div>
      {outcome?.status === "answered" ? <Figures answer={outcome.answer} /> : <div />}
    </article>
  );
}

function Head({ column: { contestant, prompt }, name, state, store }: CardSetting) {
  if (contestant.kind !== "soft") {
    const none = contestant.kind === "none";
    return (
      <header>
        <h2>{name}</h2>
        <p class="quiet">{none ? t("zero-shot, the template alone") : t("words instead of virtual tokens")}</p>
        <IconButton icon="close" label={t("Remove {0}", name)} disabled={state.answering} onPress={() => store.configure(none ? { withNone: false } : { withHard: false })} />
      </header>
    );
  }
  const { reference, virtualTokens, lightHead, checkpoint } = prompt;
  const newer = state.learnedMore[reference];
  const { name: title, id } = promptName(prompt);
  return (
    <header>
      <h2><DataText text={title} /> {id && <span class="quiet id">{id}</span>}</h2>
      <div class="about">
        <p class="quiet">
          {t("learned prompt, {0} virtual tokens", integer(virtualTokens))}
          {lightHead && ` · ${t("light head")}`}
          {checkpoint !== null && ` · ${t("checkpoint of step {0}", integer(checkpoint))}`}
        </p>
        {newer !== undefined && (
          <Button icon="refresh" disabled={state.answering} onPress={() => void store.refresh(reference)}>{t("It has got to step {0}: read it again", integer(newer))}</Button>
        )}
      </div>
      <div class="tools">
        <IconButton icon="search" label={t("Inspect {0}", name)} onPress={() => void store.command({ command: "inspectPrompt", prompt: reference })} />
        <IconButton icon="export" label={t("Export {0}…", name)} onPress={() => void store.command({ command: "exportPrompt", prompt: reference })} />
        {state.prompts.length > 1 && <IconButton icon="close" label={t("Remove {0}", name)} disabled={state.answering} onPress={() => store.remove(reference)} />}
      </div>
    </header>
  );
}

function OutcomeView({ column, outcome, state }: { readonly column: Column; readonly outcome: Outcome | undefined; readonly state: PlaygroundState }) {
  const { expected } = state;
  if (!outcome) return <p class="quiet">{notAskedText(column, state)}</p>;
  switch (outcome.status) {
    case "waiting":
      return <p class="quiet">{t("Waiting for its turn …")}</p>;
    case "answering":
      return column.prompt.task !== "classification" ? <GeneratedText text={outcome.text} coming /> : <p class="quiet">{t("Answering …")}</p>;
    case "stopped":
      return (
        <>
          {outcome.text !== "" && <GeneratedText text={outcome.text} />}
          <p class="quiet">{t("Stopped.")}</p>
        </>
      );
    case "failed":
      return <ProblemText problem={outcome.error} quiet />;
    case "answered":
      return outcome.answer.result.type === "classification" ? <ClassificationView result={outcome.answer.result} prompt={column.prompt} expected={expected} /> : <GenerationView result={outcome.answer.result} expected={expected} />;
  }
}

function notAskedText(column: Column, state: PlaygroundState): string {
  if (column.contestant.kind === "hard" && column.contestant.text.trim() === "") return t("Write some words to see what they do.");
  if (state.asked !== null && !isAsked(column, state.fields)) return t("It needs a text for {0}.", column.prompt.slots.join(", "));
  return t("Not asked yet.");
}
