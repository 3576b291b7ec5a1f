import { useEffect } from "preact/hooks";
import type { TemplatePreview, TemplateSetting } from "../../src/protocol/backend/template-preview.js";
import { Button, DataText, Icon, Select, TextArea, TextField } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import { ProblemNotice, WorkState } from "../shared/work-state.js";
import { BackboneChoice } from "./backbone-choice.js";
import type { TabSetting } from "./tab-setting.js";
import { TokenLine } from "./token-line.js";

/** Time after the last key before the rows are encoded again. */
const previewMilliseconds = 400;
const noExperiment = "*";
/** Labels whose words can be edited here; more are edited in the file. */
const mostWords = 50;

/** Template and verbalizer with what they make of real rows, token by token. */
export function TemplateTab({ state, store }: TabSetting) {
  const { experiments } = state.opening.value!;
  const { setting } = store;
  const backbone = store.backbone?.title;
  const text = JSON.stringify(setting);
  useEffect(() => {
    if (!setting || backbone === undefined) return;
    const timer = setTimeout(() => void store.previewTemplate(), state.template.status === "idle" ? 0 : previewMilliseconds);
    return () => clearTimeout(timer);
  }, [text, backbone]);
  if (!setting) return <p class="empty">{t("No column is marked as text. Say what the columns are for first.")} <Button onPress={() => void store.command("chooseColumns")}>{t("Choose Columns…")}</Button></p>;
  const options = [{ value: noExperiment, text: t("a new experiment") }, ...experiments.filter((each) => each.setting).map(({ file, name }) => ({ value: file, text: name }))];
  return (
    <>
      <div class="row filters">
        <BackboneChoice state={state} store={store} />
        {experiments.length > 0 && <Select label={t("Begin with the template of")} value={noExperiment} options={options} onChange={(file) => store.takeTemplate(experiments.find((each) => each.file === file) ?? { setting: null, backbone: null })} />}
      </div>
      <TextArea label={t("Template")} rows={4} value={setting.template} onInput={(template) => store.editTemplate({ template })} />
      <p class="quiet">{t("{0} stands for 20 virtual tokens, {1} for a column of the row; {2} is where the answer is scored.", "{soft:20}", `{${state.template.value?.columns[0] ?? "text"}}`, `{${setting.answer}}`)}</p>
      <MaxTokens setting={setting} columns={state.template.value?.columns ?? Object.keys(setting.maxTokens)} onChange={(maxTokens) => store.editTemplate({ maxTokens })} />
      {setting.answer === "label" && <Verbalizer setting={setting} preview={state.template.value} onChange={(verbalizer) => store.editTemplate({ verbalizer })} />}
      <div class="row actions">
        <Button appearance="primary" onPress={() => void store.newExperiment()}>{t("New Experiment with This…")}</Button>
        {experiments.slice(0, 5).map(({ file, name }) => (
          <Button key={file} icon="save" onPress={() => void store.saveTemplate(file)}>{t("Write into {0}", name)}</Button>
        ))}
      </div>
      <WorkState loading={state.template} label={t("Encoding the rows")} onCancel={() => store.cancel("template")} onRetry={() => void store.previewTemplate()} />
      {state.template.value && <Preview preview={state.template.value} />}
    </>
  );
}

function MaxTokens({ setting: { maxTokens }, columns, onChange }: { readonly setting: TemplateSetting; readonly columns: readonly string[]; readonly onChange: (maxTokens: Record<string, number>) => void }) {
  return (
    <div class="row filters">
      {columns.map((slot) => (
        <TextField
          key={slot}
          label={t("Most tokens of {0}", slot)}
          value={Object.hasOwn(maxTokens, slot) ? String(maxTokens[slot]) : ""}
          placeholder={t("no limit")}
          onInput={(value) => {
            const { [slot]: _, ...others } = maxTokens;
            onChange(/^[1-9]\d{0,5}$/.test(value.trim()) ? { ...others, [slot]: Number(value) } : others);
          }}
        />
      ))}
    </div>
  );
}

function Verbalizer({ setting: { verbalizer }, preview, onChange }: { readonly setting: TemplateSetting; readonly preview: TemplatePreview | undefined; readonly onChange: (verbalizer: TemplateSetting["verbalizer"]) => void }) {
  if (verbalizer.length > mostWords) return <p class="quiet">{t("There are {0} labels: their words are edited in the experiment file.", integer(verbalizer.length))}</p>;
  return (
    <fieldset class="verbalizer">
      <legend>{t("Words the model answers with")}</legend>
      {verbalizer.map(({ label, words }, at) => (
        <div class="row" key={label}>
          <TextField label={label} value={words} onInput={(next) => onChange(verbalizer.map((each, index) => (index === at ? { ...each, words: next } : each)))} />
          <TokenLine tokens={(preview?.labels.find((each) => each.label === label)?.tokens ?? []).map((token) => ({ text: token }))} />
        </div>
      ))}
    </fieldset>
  );
}

function Preview({ preview }: { readonly preview: TemplatePreview }) {
  return (
    <section aria-label={t("What the backbone reads")} data-virtual={preview.virtualTokens}>
      {preview.problems.map(({ message, severity }, at) => (
        <p key={at} class={severity === "error" ? "error" : undefined} role="alert"><Icon name={severity} /> <DataText text={message} /></p>
      ))}
      {preview.refused && <ProblemNotice problem={preview.refused} />}
      <Clashes preview={preview} />
      {preview.rows.length > 0 && <h2>{t("What the backbone reads")}</h2>}
      {preview.rows.map((row) => (
        <article key={row.row} class="encoded" data-count={row.count}>
          <h3>
            {t("Row {0}", integer(row.row + 1))} <span class="quiet">{t("{0} tokens, {1} of them virtual", integer(row.count), integer(preview.virtualTokens))}</span>
          </h3>
          <TokenLine tokens={row.tokens} more={row.count - row.tokens.length} answer={row.answer} />
          {row.cutByMaximum > 0 && <p><Icon name="info" /> {t("{0} tokens are cut by the limit.", integer(row.cutByMaximum))}</p>}
          {row.cutByContext > 0 && <p><Icon name="warning" /> {t("{0} tokens are cut: the backbone's context has {1}.", integer(row.cutByContext), integer(preview.contextLength))}</p>}
          {!row.knownAnswer && <p><Icon name="warning" /> {t("The label of this row has no words.")}</p>}
        </article>
      ))}
    </section>
  );
}

function Clashes({ preview: { clashes } }: { readonly preview: TemplatePreview }) {
  if (clashes.length === 0) return null;
  const worst = clashes[0].kind === "same-tokens";
  return (
    <div class={`notice ${worst ? "error" : "warning"}`} role="status" data-clashes={clashes.length}>
      <Icon name={worst ? "error" : "warning"} />
      <div class="stack">
        {clashes.slice(0, 8).map(({ kind, labels: [a, b], shared }) => (
          <p key={`${a}\0${b}`}>
            <ClashWords kind={kind} a={a} b={b} /> <TokenLine tokens={shared.map((text) => ({ text }))} />
          </p>
        ))}
        {clashes.length > 8 && <p class="quiet">{t("and {0} more", integer(clashes.length - 8))}</p>}
      </div>
    </div>
  );
}

function ClashWords({ kind, a, b }: { readonly kind: TemplatePreview["clashes"][number]["kind"]; readonly a: string; readonly b: string }) {
  const text =
    kind === "same-tokens"
      ? t("The labels {0} and {1} have the same tokens: no score can tell them apart.", a, b)
      : kind === "begins-another"
        ? t("The tokens of one of the labels {0} and {1} begin those of the other.", a, b)
        : t("The labels {0} and {1} start with the same token: a second decision is needed to tell them apart.", a, b);
  return <DataText text={text} />;
}
