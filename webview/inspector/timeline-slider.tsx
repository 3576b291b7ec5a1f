import type { PromptSubject } from "../../src/protocol/webview/inspector.js";
import { Button, IconButton } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import type { InspectorState, InspectorStore } from "./store.js";
import { WorkState } from "../shared/work-state.js";

/** The steps of the training that are kept: the table follows the one that is chosen. */
export function TimelineSlider({ state, store, subject }: { readonly state: InspectorState; readonly store: InspectorStore; readonly subject: PromptSubject }) {
  const { timeline } = state;
  if (timeline.status === "loading" || timeline.status === "failed") {
    return <WorkState loading={timeline} label={t("Following the prompt through its training")} onCancel={() => store.cancel("timeline")} onRetry={() => void store.loadTimeline()} />;
  }
  if (subject.snapshots === 0) {
    return subject.source === "run" && state.neighbours.status === "done" ? <p class="quiet">{t("This run kept no snapshots of its prompt on the way, so there is no timeline.")}</p> : null;
  }
  if (!timeline.value) return state.neighbours.status === "done" ? <Button onPress={() => void store.loadTimeline()}>{t("Show Timeline")}</Button> : null;
  const { steps, learned, source, damaged } = timeline.value;
  if (steps.length === 0) return <p class="quiet">{t("None of the run's snapshots can be read, so there is no timeline.")}</p>;
  const last = steps.length - 1;
  const at = state.at ?? learned ?? last;
  const go = (to: number): void => store.goTo(to === learned ? null : Math.max(0, Math.min(last, to)));
  const words = at === learned ? t("Step {0} of {1}: the prompt that was kept", integer(steps[at].step), integer(steps[last].step)) : t("Step {0} of {1}", integer(steps[at].step), integer(steps[last].step));
  return (
    <div class="timeline">
      <div class="row">
        <span id="timeline-label">{t("Timeline")}</span>
        <IconButton icon="chevron-left" label={t("Earlier")} disabled={at === 0} onPress={() => go(at - 1)} />
        <span class="track">
          <input type="range" min={0} max={last} step={1} value={at} aria-labelledby="timeline-label" aria-valuetext={words} onInput={(event) => go(Number(event.currentTarget.value))} />
          <span class="ticks" aria-hidden="true">
            {steps.map(({ step }, i) => <span key={step} class={i === learned ? "kept" : undefined} />)}
          </span>
        </span>
        <IconButton icon="chevron-right" label={t("Later")} disabled={at === last} onPress={() => go(at + 1)} />
        <output>{words}</output>
        {learned !== null && at !== learned && <Button onPress={() => store.goTo(null)}>{t("Back to Kept Prompt")}</Button>}
      </div>
      {source === "checkpoints" && <p class="quiet">{t("The run was made before snapshots were kept: these are the checkpoints that are left.")}</p>}
      {damaged > 0 && <p class="quiet">{damaged === 1 ? t("One snapshot cannot be read and is left out.") : t("{0} snapshots cannot be read and are left out.", damaged)}</p>}
    </div>
  );
}
