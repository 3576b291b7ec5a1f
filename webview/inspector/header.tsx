import { Button, DataText, Disclosure } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import type { PromptSubject } from "../../src/protocol/webview/inspector.js";
import type { InspectorState, InspectorStore } from "./store.js";

/** What is looked at: its name, its size, where it comes from; and what else can be done with it. */
export function Header({ state, store, subject }: { readonly state: InspectorState; readonly store: InspectorStore; readonly subject: PromptSubject }) {
  const trusted = state.opening.value?.trusted ?? false;
  const { name, id } = nameOf(subject);
  return (
    <header>
      <div class="row spread">
        <h1>
          <DataText text={name} /> {id && <span class="quiet"><DataText text={id} /></span>}
        </h1>
        <div class="row">
          {subject.source === "run" && <Button icon="graph-line" onPress={() => store.command("openRun")}>{t("Open Run")}</Button>}
          {subject.template !== null && <Button icon="comment-discussion" disabled={!trusted} onPress={() => store.command("tryPrompt")}>{t("Try")}</Button>}
          {subject.template === null && <Button icon="cloud-download" disabled={!trusted} onPress={() => store.command("importAdapter")}>{t("Import…")}</Button>}
          <Button icon="export" onPress={() => store.command("exportPrompt")}>{t("Export…")}</Button>
        </div>
      </div>
      <p class="quiet">{facts(subject, state)}</p>
      {subject.template !== null && (
        <Disclosure title={t("Template")}>
          {() => <p class="template"><Template text={subject.template!} /></p>}
        </Disclosure>
      )}
    </header>
  );
}

/** "spam-20261124-034338-1a2b3c" is the run 1a2b3c of spam. */
function nameOf({ label, source }: PromptSubject): { name: string; id?: string } {
  const [, name, id] = (source === "run" && /^(.+)-\d{8}-\d{6}-([0-9a-f]{6})$/.exec(label)) || [];
  return name === undefined ? { name: label } : { name, id };
}

function facts(subject: PromptSubject, state: InspectorState): string {
  const backbone = state.neighbours.value?.backbone.name ?? subject.trainedOn;
  const origin = subject.checkpoint !== null ? t("the best so far, of step {0}", integer(subject.checkpoint)) : subject.source === "run" ? t("as the run left it") : subject.source === "adapter" ? t("an adapter") : t("a file");
  return [t("{0} virtual tokens of {1} numbers", integer(subject.virtualTokens), integer(subject.width)), backbone, origin].filter((part) => part !== null).join(" · ");
}

/** The template with the place of the virtual tokens marked. */
function Template({ text }: { readonly text: string }) {
  return <>{text.split(/(\{soft:\d+\})/).map((part, i) => (i % 2 === 1 ? <mark key={i}>{part}</mark> : <DataText key={i} text={part} lines />))}</>;
}
