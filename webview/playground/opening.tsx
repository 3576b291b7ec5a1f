import type { FetchProgress } from "../../src/protocol/backend/playground.js";
import { Button, DataText, Icon, Progress } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { bytes } from "../shared/numbers.js";
import { ProblemText } from "./problem.js";
import type { PlaygroundState } from "./state.js";
import type { PlaygroundStore } from "./store.js";

/** What stands here until the backbone is open, or why it is not. */
export function Opening({ state, store }: { readonly state: PlaygroundState; readonly store: PlaygroundStore }) {
  switch (state.phase) {
    case "untrusted":
      return (
        <section class="card waiting">
          <h2><Icon name="unlock" /> {t("This workspace is not trusted")}</h2>
          <p>{t("A playground loads a model and computes with it. Nothing of the kind is done in a workspace that is not trusted.")}</p>
          <Button appearance="primary" onPress={() => void store.command({ command: "manageTrust" })}>{t("Manage Workspace Trust")}</Button>
        </section>
      );
    case "empty":
      return (
        <section class="card waiting">
          <h2>{t("No prompt is open here")}</h2>
          <p>{t("Choose a learned or an imported prompt to try.")}</p>
          <Button appearance="primary" onPress={() => void store.command({ command: "tryPrompt" })}>{t("Choose Prompt…")}</Button>
        </section>
      );
    case "cancelled":
      return (
        <section class="card waiting">
          <h2>{t("The backbone was not loaded")}</h2>
          <p>{t("You cancelled it. What was downloaded is kept, and goes on from there.")}</p>
          <Button appearance="primary" onPress={() => void store.open()}>{t("Load Backbone")}</Button>
        </section>
      );
    case "failed":
      return (
        <ProblemText problem={state.problem ?? { message: t("The playground could not be opened.") }}>
          <Button appearance="primary" onPress={() => void store.open()}>{t("Try Again")}</Button>
          <Button onPress={() => void store.command({ command: "showLog" })}>{t("Show Log")}</Button>
        </ProblemText>
      );
    default:
      return (
        <section class="card waiting" aria-busy="true">
          <h2>{t("The backbone is loading")}</h2>
          <FetchState at={state.fetching} />
          <div class="row">
            <Button onPress={() => store.cancelOpening()} icon="close">{t("Cancel")}</Button>
          </div>
        </section>
      );
  }
}

/** How far fetching and unpacking is: a bar and words. */
export function FetchState({ at }: { readonly at: FetchProgress | null }) {
  const words = at ? fetchWords(at) : t("Reading the prompt");
  const known = at?.total !== undefined && at.total > 0;
  return (
    <div class="fetching">
      <Progress label={t("Loading the backbone")} value={known ? at.done / at.total! : undefined} text={words} />
      <p class="quiet">
        {words} {at?.file && <DataText text={at.file} />} {known && <span class="figures">{t("{0} of {1}", bytes(at.done), bytes(at.total))}</span>}
      </p>
    </div>
  );
}

function fetchWords({ phase }: FetchProgress): string {
  switch (phase) {
    case "looking-up":
      return t("Looking up");
    case "waiting":
      return t("Waiting for another window that downloads");
    case "downloading":
      return t("Downloading");
    case "unpacking":
      return t("Unpacking the weights, once");
    case "checking":
      return t("Checking");
  }
}
