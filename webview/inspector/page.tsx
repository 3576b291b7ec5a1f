import { useEffect, useState } from "preact/hooks";
import { Busy, Button, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { BackboneBar } from "./backbone-bar.js";
import { Header } from "./header.js";
import { ImportanceSection } from "./importance-section.js";
import { MapSection } from "./map-section.js";
import { NearestSection } from "./nearest-section.js";
import { NormsSection } from "./norms-section.js";
import { OtherFile } from "./other-file.js";
import { SimilaritySection } from "./similarity-section.js";
import type { InspectorStore } from "./store.js";
import { ProblemNotice } from "../shared/work-state.js";

export function Inspector({ store }: { readonly store: InspectorStore }) {
  const [state, setState] = useState(store.state);
  useEffect(() => store.subscribe(() => setState(store.state)), [store]);
  const { opening } = state;
  if (opening.status === "failed" && opening.problem) {
    return (
      <>
        <h1>{t("The prompt cannot be shown")}</h1>
        <ProblemNotice problem={opening.problem}>
          <Button onPress={() => void store.start()}>{t("Try Again")}</Button>
        </ProblemNotice>
      </>
    );
  }
  if (!opening.value) return <div class="opening"><Busy label={t("Reading the prompt")} /></div>;
  const { subject } = opening.value;
  return (
    <>
      {state.changed && (
        <div class="notice" role="status">
          <Icon name="info" />
          <div class="row spread grow">
            <p>{t("The prompt has changed since it was read.")}</p>
            <Button icon="refresh" onPress={() => void store.start()}>{t("Show It Again")}</Button>
          </div>
        </div>
      )}
      {subject.kind === "other" && <OtherFile file={subject} />}
      {subject.kind === "unreadable" && (
        <>
          <h1>{t("The prompt cannot be read")}</h1>
          <ProblemNotice problem={subject.error}>
            <Button onPress={() => void store.start()}>{t("Try Again")}</Button>
          </ProblemNotice>
        </>
      )}
      {subject.kind === "prompt" && (
        <>
          <Header state={state} store={store} subject={subject} />
          <BackboneBar state={state} store={store} subject={subject} />
          <NearestSection state={state} store={store} subject={subject} />
          <MapSection state={state} store={store} />
          <div class="two">
            <NormsSection state={state} store={store} subject={subject} />
            <SimilaritySection state={state} store={store} subject={subject} />
          </div>
          <ImportanceSection state={state} store={store} subject={subject} />
        </>
      )}
    </>
  );
}
