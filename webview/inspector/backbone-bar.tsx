import { Button, Icon, Select } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import type { PromptSubject } from "../../src/protocol/webview/inspector.js";
import type { InspectorState, InspectorStore } from "./store.js";
import { WorkState } from "../shared/work-state.js";

/** What stands between the prompt and its vocabulary: trust, a backbone that is not known, loading it, another one than it was trained on. */
export function BackboneBar({ state, store, subject }: { readonly state: InspectorState; readonly store: InspectorStore; readonly subject: PromptSubject }) {
  const { trusted = false, backbones = [] } = state.opening.value ?? {};
  const { neighbours, memory } = state;
  if (!trusted) {
    return (
      <div class="notice">
        <Icon name="unlock" />
        <div class="stack">
          <p>{t("This workspace is not trusted, so no backbone is loaded. What is shown was kept with the prompt, or follows from its own vectors.")}</p>
          <div class="row"><Button onPress={() => store.command("manageTrust")}>{t("Manage Workspace Trust")}</Button></div>
        </div>
      </div>
    );
  }
  return (
    <>
      {!subject.knowsBackbone && (
        <div class="notice">
          <Icon name="info" />
          <div class="stack">
            <p>{subject.trainedOn === null ? t("The prompt does not say which backbone it was trained on. With one, its vectors can be seen beside the vocabulary.") : t("The prompt was trained on {0}. Choose the backbone beside whose vocabulary its vectors are seen.", subject.trainedOn)}</p>
            <Select label={t("Backbone")} value={memory.model ?? ""} onChange={(model) => model !== "" && store.chooseBackbone(model)} options={[{ value: "", text: t("None") }, ...backbones.map(({ name }) => ({ value: name, text: name }))]} />
          </div>
        </div>
      )}
      <WorkState loading={neighbours} label={t("Looking through the vocabulary")} onCancel={() => store.cancel("neighbours")} onRetry={() => void store.look()} />
      {neighbours.status === "idle" && store.canLoad && state.opening.status === "done" && (
        <div class="row"><Button onPress={() => void store.look()}>{t("Load Backbone")}</Button></div>
      )}
      {neighbours.value?.backbone.same === false && (
        <div class="notice warning" role="status">
          <Icon name="warning" />
          <p>{t("This is not the very model the prompt was trained on: its file differs. What is shown may not hold for the other one.")}</p>
        </div>
      )}
    </>
  );
}
